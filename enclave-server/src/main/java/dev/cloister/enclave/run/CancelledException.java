package dev.cloister.enclave.run;

/** The client does not want the run any more, or cannot be told about it. */
final class CancelledException extends Exception {
    private static final long serialVersionUID = 1;
}
