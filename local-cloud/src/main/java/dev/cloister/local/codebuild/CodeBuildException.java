package dev.cloister.local.codebuild;

/** A call that CodeBuild refuses, by the name of its API model. */
final class CodeBuildException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    CodeBuildException(String code, String message) {
        super(message);
        this.code = code;
    }

    static CodeBuildException invalid(String message) {
        return new CodeBuildException("InvalidInputException", message);
    }

    String code() {
        return code;
    }
}
