import { useId } from 'react';
import { type Language, type LanguageTag, languages } from './languages.ts';
import { useStrings } from './strings.ts';
import { useLanguage } from './use-language.ts';

/** In which language the page is; each is called as who speaks it calls it. */
export function LanguagePicker() {
  const say = useStrings();
  const id = useId();
  const { language, choose } = useLanguage();
  return (
    <div className="parley-language">
      <label htmlFor={id}>{say('languageLabel')}</label>
      <select id={id} value={language} onChange={({ target }) => choose(target.value as LanguageTag)}>
        {Object.entries<Language>(languages).map(([tag, { ownName }]) => (
          <option key={tag} value={tag} lang={tag}>
            {ownName}
          </option>
        ))}
      </select>
    </div>
  );
}
