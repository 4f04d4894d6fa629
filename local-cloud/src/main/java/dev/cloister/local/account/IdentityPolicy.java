package dev.cloister.local.account;

/** The identity policy that every role here has, as an administrator of its account would have written it. */
public final class IdentityPolicy {
    /** The document. */
    public static final String TEXT = """
            {
              "Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]
            }
            """;

    private IdentityPolicy() {}
}
