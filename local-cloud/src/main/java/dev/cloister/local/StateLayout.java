package dev.cloister.local;

import java.nio.file.Path;

/** What lies where in a state directory. */
public record StateLayout(Path root) {
    public Path lock() {
        return root.resolve("lock");
    }

    /** Present while a local cloud serves this directory. */
    public Path running() {
        return root.resolve("running.json");
    }

    /** What a detached local cloud says on its standard streams. */
    public Path log() {
        return root.resolve("local.log");
    }

    public Path audit() {
        return root.resolve("audit.jsonl");
    }

    public Path sessions() {
        return root.resolve("sessions.json");
    }

    public Path tls() {
        return root.resolve("tls");
    }

    public Path attestationRoot() {
        return root.resolve("attestation-root.pem");
    }

    public Path aws() {
        return root.resolve("aws");
    }

    public Path kms() {
        return root.resolve("kms");
    }

    public Path s3() {
        return root.resolve("s3");
    }

    /** Who owns which bucket, and how it is set up. */
    public Path buckets() {
        return root.resolve("buckets");
    }

    /** Roles that were made. */
    public Path iam() {
        return root.resolve("iam");
    }

    /** Stacks that were deployed. */
    public Path stacks() {
        return root.resolve("stacks");
    }

    /** Builds: a folder with a log each. */
    public Path builds() {
        return root.resolve("builds");
    }

    /** Local enclaves: a folder and a file of facts each. */
    public Path enclaves() {
        return root.resolve("enclaves");
    }
}
