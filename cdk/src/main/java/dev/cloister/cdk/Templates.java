package dev.cloister.cdk;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.BootstraplessSynthesizer;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

/**
 * The stacks as templates for the console: without assets, without a bootstrapped account, and always of the same bytes.
 * {@code main} writes them into the folder it is given.
 */
public final class Templates {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private Templates() {}

    /** The stacks by the name of their template's file. */
    private static Map<String, Function<App, Stack>> stacks() {
        return Map.of(
                "shared-bucket",
                app -> new SharedBucketStack(app, "SharedBucket", props("Bucket shared with one third party")),
                "application-encryptor",
                app -> new ApplicationEncryptorStack(
                        app,
                        "ApplicationEncryptor",
                        props("Key of the third party, and the pipeline that encrypts its application"),
                        ThirdPartyOptions.USUAL),
                "nitro-image-builder",
                app -> new NitroImageBuilderStack(
                        app,
                        "NitroImageBuilder",
                        props("Pipeline that builds the enclave's image and pins it in the key's policy"),
                        ThirdPartyOptions.USUAL),
                "enclave-host",
                app -> new EnclaveHostStack(
                        app,
                        "EnclaveHost",
                        props("Instance that runs third parties' applications in enclaves"),
                        List.of("")));
    }

    /** What the stacks have in common: an account that nobody has prepared for the CDK will do. */
    static StackProps props(String description) {
        return StackProps.builder()
                .description(description)
                .synthesizer(new BootstraplessSynthesizer())
                .build();
    }

    /** The templates, by the names of their files. */
    public static Map<String, String> synthesize() throws IOException {
        App app = new App(AppProps.builder().analyticsReporting(false).build());
        Map<String, Stack> stacks = new TreeMap<>();
        stacks().forEach((name, maker) -> stacks.put(name, maker.apply(app)));
        Path assembly = Path.of(app.synth().getDirectory());
        Map<String, String> templates = new TreeMap<>();
        for (Map.Entry<String, Stack> stack : stacks.entrySet()) {
            Path file = assembly.resolve(stack.getValue().getTemplateFile());
            templates.put(stack.getKey() + ".template.json", formatted(Files.readString(file)));
        }
        return templates;
    }

    /** Sorted, since the order of a condition's members is not the same in each JVM. */
    private static String formatted(String json) throws IOException {
        Object template = JSON.readValue(json, Object.class);
        Separators separators = Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withArrayEmptySeparator("")
                .withObjectEmptySeparator("");
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
        printer.indentArraysWith(indenter);
        printer.indentObjectsWith(indenter);
        return JSON.writer(printer).writeValueAsString(template) + "\n";
    }

    /** Writes the templates into a folder. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        for (Map.Entry<String, String> template : synthesize().entrySet()) {
            Files.writeString(folder.resolve(template.getKey()), template.getValue());
        }
    }
}
