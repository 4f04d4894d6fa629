package dev.cloister.local.sigv4;

/** A request whose caller could not be established. The code is the name AWS gives the error. */
public final class SignatureRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /** The names of the errors. */
    public enum Code {
        MISSING("MissingAuthenticationTokenException"),
        INCOMPLETE("IncompleteSignatureException"),
        UNRECOGNIZED("UnrecognizedClientException"),
        EXPIRED("ExpiredTokenException"),
        INVALID("InvalidSignatureException");

        private final String awsName;

        Code(String awsName) {
            this.awsName = awsName;
        }

        public String awsName() {
            return awsName;
        }
    }

    private final Code code;

    SignatureRefusedException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
