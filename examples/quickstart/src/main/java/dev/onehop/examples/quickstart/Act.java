package dev.onehop.examples.quickstart;

/**
 * Something that happens to a Service, and what to look at.
 *
 * <p>Immutable.
 */
record Act(String title, String story, Play play) {

    /** What happens, from first to last. */
    interface Play {
        void on(Stage stage);
    }
}
