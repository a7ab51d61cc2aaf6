package dev.onehop.k8s;

/**
 * One line of a watch that is no error.
 *
 * <p>Immutable.
 */
sealed interface Change<T> {

    /** The object is there, in this version: ADDED or MODIFIED. */
    record Put<T>(Item<T> item) implements Change<T> {}

    /** The object is gone; the item carries the version of its deletion. */
    record Gone<T>(Item<T> item) implements Change<T> {}

    /** Everything up to this version has been told. */
    record Bookmark<T>(String resourceVersion) implements Change<T> {}

    /** An object without a name, or an event of a kind we do not know: counted, otherwise ignored. */
    record Useless<T>() implements Change<T> {}
}
