package dev.cloister.local;

import java.nio.file.Path;

/** What lies where in a state directory. */
record StateLayout(Path root) {
    Path lock() {
        return root.resolve("lock");
    }

    /** Present while a local cloud serves this directory. */
    Path running() {
        return root.resolve("running.json");
    }

    /** What a detached local cloud says on its standard streams. */
    Path log() {
        return root.resolve("local.log");
    }

    Path audit() {
        return root.resolve("audit.jsonl");
    }

    Path sessions() {
        return root.resolve("sessions.json");
    }

    Path tls() {
        return root.resolve("tls");
    }

    Path attestationRoot() {
        return root.resolve("attestation-root.pem");
    }

    Path aws() {
        return root.resolve("aws");
    }

    Path kms() {
        return root.resolve("kms");
    }

    Path s3() {
        return root.resolve("s3");
    }
}
