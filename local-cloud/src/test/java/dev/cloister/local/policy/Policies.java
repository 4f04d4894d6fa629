package dev.cloister.local.policy;

/** Policies and requests that the tests share. */
final class Policies {
    static final Caller HOST = new Caller("111122223333", "enclave-host", "local");
    static final Caller OWNER = new Caller("444455556666", "third-party", "local");
    static final String KEY = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    static final String IMAGE = "ab".repeat(48);

    private Policies() {}

    static Policy key(String... statements) throws MalformedPolicyException {
        return PolicyParser.parseKeyPolicy(document(statements));
    }

    static Identity identity(String... statements) throws MalformedPolicyException {
        return Identity.of(PolicyParser.parseIdentityPolicy(document(statements)));
    }

    static String document(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    /** A statement of an identity policy for everything. */
    static String identityStatement(String effect, String action) {
        return "{\"Effect\":\"" + effect + "\",\"Action\":\"" + action + "\",\"Resource\":\"*\"}";
    }

    /** A statement of a key policy. */
    static String statement(String effect, String principal, String action) {
        return "{\"Effect\":\"" + effect + "\",\"Principal\":{\"AWS\":\"" + principal + "\"},\"Action\":\"" + action
                + "\",\"Resource\":\"*\"}";
    }

    /** A statement of a key policy for everyone's decryption, with a condition block. */
    static String conditional(String effect, String condition) {
        return "{\"Effect\":\"" + effect + "\",\"Principal\":\"*\",\"Action\":\"kms:Decrypt\",\"Resource\":\"*\","
                + "\"Condition\":" + condition + "}";
    }

    static AccessRequest decrypt(Caller caller, Attributes attributes) {
        return new AccessRequest(caller, "kms:Decrypt", KEY, "444455556666", attributes);
    }
}
