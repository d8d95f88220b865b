import type { Ref } from 'react';
import type { Rating } from '../client/contract.ts';
import { IconButton } from './IconButton.tsx';
import { ThumbDownIcon, ThumbUpIcon } from './icons.tsx';
import { useStrings } from './strings.ts';

interface RatingButtonsProps {
  rating: Rating | undefined;
  onRate: (rating: Rating) => void;
  badRef: Ref<HTMLButtonElement>;
}

/** What the user thinks of an answer. */
export function RatingButtons({ rating, onRate, badRef }: RatingButtonsProps) {
  const say = useStrings();
  return (
    <>
      <IconButton
        name={say('goodAnswer')}
        icon={ThumbUpIcon}
        className="parley-thumb"
        aria-pressed={rating === 'up'}
        onClick={() => onRate('up')}
      />
      <IconButton
        buttonRef={badRef}
        name={say('badAnswer')}
        icon={ThumbDownIcon}
        className="parley-thumb"
        aria-pressed={rating === 'down'}
        onClick={() => onRate('down')}
      />
    </>
  );
}
