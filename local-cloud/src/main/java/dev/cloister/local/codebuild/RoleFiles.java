package dev.cloister.local.codebuild;

import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The files by which AWS tools in a build act with the project's role; no secret stands in the environment. */
final class RoleFiles {
    private RoleFiles() {}

    /**
     * Writes them.
     *
     * @param account the variables of the account, which say where the local cloud is
     * @return the variables of the role
     */
    static Map<String, String> write(Path folder, Map<String, String> account, TemporaryCredentials credentials)
            throws IOException {
        String text =
                """
                [default]
                aws_access_key_id = %s
                aws_secret_access_key = %s
                aws_session_token = %s
                """.formatted(credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
        Path secrets = folder.resolve("credentials");
        Path config = folder.resolve("config");
        PrivateFiles.replace(secrets, text.getBytes(StandardCharsets.UTF_8));
        PrivateFiles.replace(config, new byte[0]);
        Map<String, String> role = new HashMap<>(account);
        role.remove("AWS_PROFILE");
        role.put("AWS_SHARED_CREDENTIALS_FILE", secrets.toString());
        role.put("AWS_CONFIG_FILE", config.toString());
        return role;
    }
}
