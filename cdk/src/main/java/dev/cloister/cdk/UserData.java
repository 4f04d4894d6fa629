package dev.cloister.cdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.Fn;

/**
 * The script that a new instance runs once: settings from the stack, the files that lie beside this class, and {@code
 * install.sh}. The settings are put into single quotes, and no parameter's pattern lets a quote through.
 */
final class UserData {
    /** Context identifiers below 3 are taken; 16 leaves room for enclaves that somebody starts by hand. */
    private static final int FIRST_CID = 16;

    private final List<String> parts = new ArrayList<>();

    UserData() {
        parts.add("#!/bin/bash\n# Makes a Cloister host of an instance with Amazon Linux 2023.\nset -euo pipefail\n\n");
    }

    UserData setting(String name, String value) {
        parts.add(name + "='");
        parts.add(value);
        parts.add("'\n");
        return this;
    }

    /** Writes a file; {@code path} may hold a token. */
    UserData file(String path, String content) {
        parts.add("\nmkdir -p \"$(dirname '");
        parts.add(path);
        parts.add("')\"\ncat >'");
        parts.add(path);
        parts.add("' <<'END_OF_FILE'\n");
        parts.add(content);
        parts.add("END_OF_FILE\n");
        return this;
    }

    static UserData of(List<HostedApplication> applications, CloisterArchive cloister) {
        UserData script = new UserData()
                .setting("cloister_archive", Arns.join("s3://", Arns.withoutScheme(cloister.path())))
                .setting("cloister_sha256", cloister.sha256());
        int cid = FIRST_CID;
        for (HostedApplication application : applications) {
            script.file(Arns.join("/etc/cloister/enclaves/", application.name(), ".conf"), application.settings(cid++));
        }
        script.file("/usr/local/libexec/cloister/enclaves", resource("enclaves"));
        for (String unit : List.of("cloister-enclave@.service", "cloister-proxy.service", "cloister-sync@.service")) {
            script.file("/etc/systemd/system/" + unit, resource(unit));
        }
        return script;
    }

    /** The script as a launch template takes it. */
    String encoded() {
        List<String> all = new ArrayList<>(parts);
        all.add("\n");
        all.add(resource("install.sh"));
        return Fn.base64(Fn.join("", all));
    }

    private static String resource(String name) {
        try (InputStream in = UserData.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
