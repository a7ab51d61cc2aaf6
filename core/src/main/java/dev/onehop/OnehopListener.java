package dev.onehop;

/**
 * Hears what happens to the Service ports in use. Given to {@link OnehopBuilder#listener} or {@link Onehop#listen}.
 *
 * <p>Called on Onehop's own thread, one event at a time and in order, before anything else can happen to any Service port:
 * so it must be quick and must not block: no attempts, no I/O, no waiting for locks. What it throws is logged, and changes
 * nothing.
 */
@FunctionalInterface
public interface OnehopListener {

    /** Something has happened. New kinds of events may come with newer versions: ignore those you do not know. */
    void on(OnehopEvent event);
}
