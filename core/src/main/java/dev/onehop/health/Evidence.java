package dev.onehop.health;

/** How much a {@link Signal} says against a backend (reliability 2.3). */
public enum Evidence {
    /** Nobody answers there: local, cheap and certain. Two in a row eject. */
    HARD,
    /** The backend answered badly, or not to the end: five in a row nominate it, and so does a high rate. */
    SOFT,
    /** It answered badly, but perhaps because of the request: only a high rate nominates it. */
    RATE,
    /** Its certificate is not one we accept: one failure sets it aside for as long as this pod lives. */
    IDENTITY,
    /** Nothing: it is our own trouble, the caller's wish, or the ordinary end of a connection. */
    NONE
}
