/** What `parley-client.css` says. The build writes the module. */
export declare const styles: string;
