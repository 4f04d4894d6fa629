package dev.cloister.host.run;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.run.Credentials;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/** Finds the caller's AWS credentials. */
final class CredentialSource {
    private CredentialSource() {}

    /**
     * The credentials of a profile, or of the SDK's default chain: environment, files, container, instance role.
     *
     * @param profile name, or null for the default chain
     * @throws CommandException when there are none
     */
    static Credentials find(@Nullable String profile, Map<String, String> environment) throws CommandException {
        if (profile != null) {
            return resolve(() -> ProfileCredentialsProvider.create(profile), "profile '" + profile + "'");
        }
        String id = environment.getOrDefault("AWS_ACCESS_KEY_ID", "").strip();
        String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "").strip();
        // First in the SDK's chain too, unless overridden; taken here because loading the SDK takes longer than a run.
        if (!id.isEmpty() && !secret.isEmpty() && System.getProperty("aws.accessKeyId") == null) {
            return new Credentials(
                    id,
                    secret,
                    environment.getOrDefault("AWS_SESSION_TOKEN", "").strip());
        }
        return resolve(() -> DefaultCredentialsProvider.builder().build(), "environment, profile or instance role");
    }

    private interface ProviderSource {
        AwsCredentialsProvider open();
    }

    private static Credentials resolve(ProviderSource source, String where) throws CommandException {
        try {
            AwsCredentials found = source.open().resolveCredentials();
            String token = found instanceof AwsSessionCredentials session ? session.sessionToken() : "";
            return new Credentials(found.accessKeyId(), found.secretAccessKey(), token);
        } catch (SdkException | IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "no AWS credentials were found in " + where,
                    "give the instance a role, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                            + " AWS_SESSION_TOKEN",
                    e);
        }
    }
}
