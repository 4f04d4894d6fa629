package dev.cloister.local.account;

/** The identity policy of the role that each account is used through: it administers its account. */
public final class IdentityPolicy {
    /** The document. */
    public static final String TEXT = """
            {
              "Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
            }
            """;

    private IdentityPolicy() {}
}
