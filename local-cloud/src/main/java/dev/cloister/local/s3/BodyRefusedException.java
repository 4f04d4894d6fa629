package dev.cloister.local.s3;

import java.io.IOException;

/** A body that is not what its request says; carries the answer through whoever reads the body. */
final class BodyRefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final S3Exception answer;

    BodyRefusedException(S3Exception answer) {
        super(answer.getMessage(), answer);
        this.answer = answer;
    }

    S3Exception answer() {
        return answer;
    }
}
