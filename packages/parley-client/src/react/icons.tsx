import type { ReactNode } from 'react';

/** Icons say nothing by themselves: what they stand in has a name. Drawn in lines, in a square of 24 units. */
function icon(drawing: ReactNode) {
  return () => (
    <svg className="parley-icon" viewBox="0 0 24 24" aria-hidden="true">
      {drawing}
    </svg>
  );
}

export const AlertIcon = icon(<path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v4.5M12 16v.01" />);
export const ArrowDownIcon = icon(<path d="M12 5v14m-6.5-6.5L12 19l6.5-6.5" />);
export const ArrowUpIcon = icon(<path d="M12 19V5m-6.5 6.5L12 5l6.5 6.5" />);
export const BanIcon = icon(<path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12" />);
export const CheckIcon = icon(<path d="m5 12.5 4.7 4.7L19.5 7" />);
export const ChevronIcon = icon(<path d="m9.5 6 6 6-6 6" />);
export const CopyIcon = icon(
  <path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3m0-5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2z" />,
);
export const CrossIcon = icon(<path d="m6.5 6.5 11 11m0-11-11 11" />);
export const PencilIcon = icon(
  <path d="m4 20 1-4.6L15.9 4.6a1.9 1.9 0 0 1 2.7 0l.8.8a1.9 1.9 0 0 1 0 2.7L8.6 19zm9.7-13.2 3.5 3.5" />,
);
export const QuestionIcon = icon(
  <path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.5 9.8a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8M12 16.5v.01" />,
);
export const RegenerateIcon = icon(<path d="M19.5 12a7.5 7.5 0 1 1-2-5.1l2.5 2.6m0-5.5v5.5h-5.5" />);
export const RepeatIcon = icon(
  <path d="M4.5 11V9.5a3 3 0 0 1 3-3h12m-3-3 3 3-3 3m3 3.5v1.5a3 3 0 0 1-3 3h-12m3 3-3-3 3-3" />,
);
export const SpeechIcon = icon(
  <path d="M4.5 7.5a3 3 0 0 1 3-3h9a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3H12l-4.5 3.5v-3.5a3 3 0 0 1-3-3z" />,
);
export const SpinnerIcon = icon(
  <g className="parley-turning">
    <path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z" opacity="0.25" />
    <path d="M12 3.5a8.5 8.5 0 0 1 8.5 8.5" />
  </g>,
);
export const StopIcon = icon(
  <path fill="currentColor" d="M8 7h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z" />,
);
export const ThumbDownIcon = icon(<path transform="rotate(180 12 12)" d={thumb()} />);
export const ThumbUpIcon = icon(<path d={thumb()} />);
export const WrapIcon = icon(<path d="M4 6h16M4 12h12.5a3 3 0 0 1 0 6h-4m2.5-2.5L12.5 18l2.5 2.5M4 18h4.5" />);

function thumb(): string {
  return 'M7 10.5v9.5H4v-9.5zm0 0 4-7.5c1.9 0 3 1.2 2.7 3l-.6 3.5H18a2 2 0 0 1 2 2.4l-1.3 6.4a2.2 2.2 0 0 1-2.2 1.7H7';
}
