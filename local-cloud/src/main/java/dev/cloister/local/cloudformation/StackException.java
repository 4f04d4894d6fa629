package dev.cloister.local.cloudformation;

/** A request or a template that is refused; the code is the name CloudFormation gives the error. */
public final class StackException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    StackException(String code, String message) {
        super(message);
        this.code = code;
    }

    static StackException validation(String message) {
        return new StackException("ValidationError", message);
    }

    static StackException template(String message) {
        return validation("Template format error: " + message);
    }

    public String code() {
        return code;
    }
}
