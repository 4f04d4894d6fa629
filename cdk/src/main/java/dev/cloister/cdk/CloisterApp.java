package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.BootstraplessSynthesizer;
import software.amazon.awscdk.PermissionsBoundary;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.Tags;

/**
 * What {@code cdk deploy} deploys, by the role of the account:
 *
 * <pre>
 * cdk deploy --all -c role=host -c project=NAME -c thirdParties=NAME[,NAME...]
 * cdk deploy --all -c role=third-party [-c suffix=-HOST -c keyArn=ARN]
 * </pre>
 *
 * <p>More context: the name of any parameter gives it a default; {@code permissionsBoundary=POLICY} bounds every role;
 * {@code tags=KEY=VALUE,...} go on everything; {@code source=TYPE,URL,CONNECTION} takes the repository from elsewhere by
 * a connection, {@code source=S3,BUCKET,KEY} from a zip file.
 */
public final class CloisterApp {
    private final App app;

    private CloisterApp(App app) {
        this.app = app;
    }

    /** Adds the stacks of the role that the context names. */
    static void addStacks(App app) {
        new CloisterApp(app).addStacks();
    }

    private void addStacks() {
        String role = required("role", "host or third-party");
        switch (role) {
            case "host" -> addHost();
            case "third-party" -> addThirdParty();
            default -> throw wrong("role", role, "host or third-party");
        }
        Tags.of(app).add("application", "cloister");
        tags().forEach((key, value) -> Tags.of(app).add(key, value));
    }

    private void addHost() {
        String project = required("project", "a name that begins the stacks' names");
        List<String> thirdParties = words("thirdParties");
        if (thirdParties.isEmpty()) {
            throw wrong("thirdParties", "", "names, with commas between them");
        }
        for (String thirdParty : thirdParties) {
            new SharedBucketStack(app, project + "-FileSharing-" + thirdParty, props(), thirdParty);
        }
        new EnclaveHostStack(app, project + "-EnclaveHost", props(), thirdParties);
    }

    private void addThirdParty() {
        String given = value("suffix");
        String suffix = given == null ? "" : given;
        CodeSource source = source();
        ApplicationEncryptorStack encryptor = new ApplicationEncryptorStack(
                app, "ApplicationEncryptor" + suffix, props(), new ThirdPartyOptions(source, suffix, value("keyArn")));
        new NitroImageBuilderStack(
                app, "NitroImageBuilder" + suffix, props(), new ThirdPartyOptions(source, suffix, encryptor.keyArn()));
    }

    private @Nullable CodeSource source() {
        List<String> words = words("source");
        if (words.isEmpty()) {
            return null;
        }
        if (words.size() != 3) {
            throw wrong("source", String.join(",", words), "TYPE,URL,CONNECTION or S3,BUCKET,KEY");
        }
        return words.getFirst().equals("S3")
                ? new CodeSource.S3Zip(words.get(1), words.get(2))
                : new CodeSource.CodeConnections(words.get(0), words.get(1), words.get(2));
    }

    private StackProps props() {
        StackProps.Builder props = StackProps.builder().synthesizer(new BootstraplessSynthesizer());
        String policy = value("permissionsBoundary");
        if (policy != null) {
            props.permissionsBoundary(PermissionsBoundary.fromName(policy));
        }
        return props.build();
    }

    private Map<String, String> tags() {
        Map<String, String> tags = new TreeMap<>();
        for (String tag : words("tags")) {
            int equals = tag.indexOf('=');
            if (equals < 1) {
                throw wrong("tags", tag, "KEY=VALUE, with commas between them");
            }
            tags.put(tag.substring(0, equals), tag.substring(equals + 1));
        }
        return tags;
    }

    private List<String> words(String name) {
        String text = value(name);
        return text == null ? List.of() : Stream.of(text.split(",")).toList();
    }

    private String required(String name, String form) {
        String text = value(name);
        if (text == null) {
            throw wrong(name, "", form);
        }
        return text;
    }

    /** A context value, without which things are as usual; one that is there and empty is a mistake. */
    private @Nullable String value(String name) {
        Object value = app.getNode().tryGetContext(name);
        if (value == null) {
            return null;
        }
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw wrong(name, value.toString(), "a text that is not empty");
    }

    private static IllegalArgumentException wrong(String name, String value, String form) {
        return new IllegalArgumentException("-c " + name + "=" + value + ": expected " + form);
    }

    /** What {@code cdk.json} calls. */
    public static void main(String[] args) {
        App app = new App(AppProps.builder().analyticsReporting(false).build());
        try {
            addStacks(app);
        } catch (IllegalArgumentException e) {
            System.err.println("cloister: error: " + e.getMessage());
            System.exit(2);
        }
        app.synth();
    }
}
