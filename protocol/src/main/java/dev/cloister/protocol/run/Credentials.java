package dev.cloister.protocol.run;

/**
 * Temporary credentials of the parent instance's role. The parent could use them itself, so inside the enclave they are
 * no secret from it; they are kept out of logs all the same.
 *
 * @param sessionToken empty for long-lived credentials
 */
public record Credentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    @Override
    public String toString() {
        return "Credentials[" + accessKeyId + "]";
    }
}
