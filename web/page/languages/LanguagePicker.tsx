import { useId } from 'react';
import { type LanguageTag, languages } from './languages.ts';
import { useStrings } from './strings.ts';
import { useLanguage } from './use-language.ts';

/** In which language the page is; each is called as who speaks it calls it. */
export function LanguagePicker() {
  const say = useStrings();
  const id = useId();
  const { language, offered, choose } = useLanguage();
  if (offered.length < 2) return null;
  return (
    <div className="parley-languages">
      <label htmlFor={id}>{say('languageLabel')}</label>
      <select id={id} value={language} onChange={({ target }) => choose(target.value as LanguageTag)}>
        {offered.map((tag) => (
          <option key={tag} value={tag} lang={tag}>
            {languages[tag].ownName}
          </option>
        ))}
      </select>
    </div>
  );
}
