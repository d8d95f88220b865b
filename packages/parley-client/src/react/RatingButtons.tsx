import { useState } from 'react';
import type { Rating } from '../client/contract.ts';
import { useStrings } from './strings.ts';

interface RatingButtonsProps {
  /** What the user thought of the answer before. */
  given: Rating | undefined;
  onRate: (rating: Rating) => Promise<void>;
}

/** What the user thinks of an answer. It can be changed, and is shown before it is kept. */
export function RatingButtons({ given, onRate }: RatingButtonsProps) {
  const say = useStrings();
  const [rating, setRating] = useState(given);
  const [hasFailed, setFailed] = useState(false);
  const rate = async (next: Rating) => {
    if (next === rating) return;
    setRating(next);
    setFailed(false);
    await onRate(next).catch(() => {
      // What was thought since stays.
      setRating((shown) => (shown === next ? rating : shown));
      setFailed(true);
    });
  };
  return (
    <>
      <RatingButton name={say('goodAnswer')} turn="" isPressed={rating === 'up'} onPress={() => rate('up')} />
      <RatingButton
        name={say('badAnswer')}
        turn="rotate(180 12 12)"
        isPressed={rating === 'down'}
        onPress={() => rate('down')}
      />
      <span role="status" className="parley-unkept">
        {hasFailed && say('ratingFailed')}
      </span>
    </>
  );
}

interface RatingButtonProps {
  name: string;
  /** Of the thumb. */
  turn: string;
  isPressed: boolean;
  onPress: () => void;
}

function RatingButton({ name, turn, isPressed, onPress }: RatingButtonProps) {
  return (
    <button
      type="button"
      className="parley-quiet parley-thumb"
      aria-label={name}
      title={name}
      aria-pressed={isPressed}
      onClick={onPress}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path
          transform={turn}
          d="M7 10v11H3V10zm0 0 4-8c2.2 0 3 1.2 2.7 3L13 9h6c1.3 0 2.3 1.2 2 2.5L19.6 19c-.2 1.2-1.2 2-2.4 2H7"
        />
      </svg>
    </button>
  );
}
