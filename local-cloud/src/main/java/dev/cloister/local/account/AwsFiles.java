package dev.cloister.local.account;

import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The files and variables by which unmodified AWS tools find the local cloud: {@code config}, {@code credentials}, and
 * for each account {@code PROFILE.env}.
 *
 * <p>What tools honour: {@code AWS_CA_BUNDLE} and {@code ca_bundle} the AWS CLI and boto3 of any version;
 * {@code endpoint_url} in a file or a variable the AWS CLI from 2.13, boto3 from 1.28 and the AWS SDK for Java from
 * 2.28. Older ones take {@code --endpoint-url}.
 */
public final class AwsFiles {
    private static final String SERVICES = "cloister-local";

    private final Path directory;
    private final Endpoints endpoints;

    /**
     * Names the files without writing them.
     *
     * @param directory where they lie
     */
    public AwsFiles(Path directory, Endpoints endpoints) {
        this.directory = directory;
        this.endpoints = endpoints;
    }

    /** Writes them all. */
    public void write(Sessions sessions) throws IOException {
        PrivateFiles.directory(directory);
        put("config", config(sessions));
        put("credentials", credentials(sessions));
        for (Session session : sessions.all()) {
            StringBuilder lines = new StringBuilder();
            environment(session.account())
                    .forEach((name, value) ->
                            lines.append(name).append('=').append(value).append('\n'));
            put(session.account().profile() + ".env", lines.toString());
        }
    }

    /** The environment in which AWS tools act for an account; it holds no secret, only where the secrets lie. */
    public Map<String, String> environment(Account account) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_CONFIG_FILE", directory.resolve("config").toString());
        environment.put(
                "AWS_SHARED_CREDENTIALS_FILE", directory.resolve("credentials").toString());
        environment.put("AWS_PROFILE", account.profile());
        environment.put("AWS_REGION", endpoints.region());
        environment.put("AWS_DEFAULT_REGION", endpoints.region());
        environment.put("AWS_CA_BUNDLE", endpoints.certificateAuthority().toString());
        environment.put("AWS_ENDPOINT_URL_KMS", endpoints.kms().toString());
        environment.put("AWS_ENDPOINT_URL_S3", endpoints.s3().toString());
        environment.put("AWS_ENDPOINT_URL_STS", endpoints.kms().toString());
        environment.put("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoints.kms().toString());
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        return environment;
    }

    /** The credentials of an account, as the files in a directory have them. */
    public static TemporaryCredentials credentials(Path directory, Account account) throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        boolean isIn = false;
        for (String line : Files.readAllLines(directory.resolve("credentials"))) {
            if (line.startsWith("[")) {
                isIn = line.equals("[" + account.profile() + "]");
            } else if (isIn && line.contains(" = ")) {
                found.put(line.substring(0, line.indexOf(" = ")), line.substring(line.indexOf(" = ") + 3));
            }
        }
        return new TemporaryCredentials(
                found.getOrDefault("aws_access_key_id", ""),
                found.getOrDefault("aws_secret_access_key", ""),
                found.getOrDefault("aws_session_token", ""),
                Instant.MAX);
    }

    private String config(Sessions sessions) {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        for (Session session : sessions.all()) {
            text.add("[profile " + session.account().profile() + "]")
                    .add("region = " + endpoints.region())
                    .add("ca_bundle = " + endpoints.certificateAuthority())
                    .add("services = " + SERVICES)
                    .add("");
        }
        text.add("[services " + SERVICES + "]");
        text.add("kms =").add("  endpoint_url = " + endpoints.kms());
        text.add("s3 =").add("  endpoint_url = " + endpoints.s3());
        text.add("sts =").add("  endpoint_url = " + endpoints.kms());
        text.add("cloudformation =").add("  endpoint_url = " + endpoints.kms());
        return text.toString();
    }

    private static String credentials(Sessions sessions) {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        for (Session session : sessions.all()) {
            text.add("[" + session.account().profile() + "]")
                    .add("aws_access_key_id = " + session.credentials().accessKeyId())
                    .add("aws_secret_access_key = " + session.credentials().secretAccessKey())
                    .add("aws_session_token = " + session.credentials().sessionToken())
                    .add("");
        }
        return text.toString();
    }

    private void put(String name, String text) throws IOException {
        PrivateFiles.replace(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }
}
