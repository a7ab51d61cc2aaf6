package dev.onehop.k8s;

/** A field of an object is of another type than the API's. Its message quotes nothing but the field's name. */
final class MisfitException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MisfitException(String message) {
        super(message);
    }
}
