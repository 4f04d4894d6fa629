package dev.cloister.local.rights;

import dev.cloister.image.eif.Pcr;
import dev.cloister.image.key.KeyPolicy;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.local.cloudformation.Prediction;
import dev.cloister.local.cloudformation.StackException;
import dev.cloister.local.cloudformation.Template;
import dev.cloister.local.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A host, a third party named acme, and a stranger, with the four templates deployed as the runbook does: what each of
 * the table's words stands for. The policies are those of the templates, and the pinned one is what {@code cloister key
 * pin} makes of the key's.
 */
public final class Scenario {
    static final String REGION = "us-east-1";
    static final String PINNED_IMAGE = "ab".repeat(48);

    private static final String HOST = "111122223333";
    private static final String THIRD_PARTY = "444455556666";
    private static final String STRANGER = "777788889999";
    private static final String NAME = "acme";
    private static final String SHA256 = "0".repeat(64);

    private final Path templates;
    private final Map<String, Persona> personas = new HashMap<>();
    private final Map<String, Target> targets = new HashMap<>();

    private Scenario(Path templates) {
        this.templates = templates;
    }

    /**
     * Reads the templates.
     *
     * @param templates the folder of {@code *.template.json}
     */
    public static Scenario of(Path templates) throws IOException, StackException, KeyPolicyException {
        Scenario scenario = new Scenario(templates);
        Prediction shared = scenario.predict(
                "shared-bucket", HOST, Map.of("ThirdPartyAWSAccountNumber", THIRD_PARTY, "ThirdPartyName", NAME));
        Map<String, String> common = Map.of(
                "CodeCommitRepositoryName",
                "application",
                "CloisterSha256",
                SHA256,
                "HostAWSAccountNumber",
                HOST,
                "HostEncryptionKeyArn",
                output(shared, "KmsKeyArn"));
        Prediction encryptor = scenario.predict(
                "application-encryptor",
                THIRD_PARTY,
                with(
                        common,
                        "ApplicationCodeDirectoryName",
                        "application",
                        "ApplicationCodeS3Path",
                        output(shared, "UploadPath")));
        Prediction builder = scenario.predict(
                "nitro-image-builder",
                THIRD_PARTY,
                with(
                        common,
                        "EncryptionKeyArn",
                        output(encryptor, "EncryptionKeyArn"),
                        "NitroImageS3Path",
                        output(shared, "UploadPath")));
        Prediction host = scenario.predict(
                "enclave-host",
                HOST,
                Map.of(
                        "EncryptionKeyArn",
                        output(encryptor, "EncryptionKeyArn"),
                        "HostEncryptionKeyArn",
                        output(shared, "KmsKeyArn"),
                        "SharedBucketName",
                        output(shared, "BucketName"),
                        "ThirdPartyName",
                        NAME,
                        "CloisterS3Path",
                        "s3://host-programs/cloister.tar.gz",
                        "CloisterSha256",
                        SHA256));
        scenario.addPersonas(encryptor, builder, host);
        scenario.addTargets(shared, encryptor, builder);
        return scenario;
    }

    private Prediction predict(String name, String account, Map<String, String> parameters)
            throws IOException, StackException {
        Template template = Template.parse(Files.readString(templates.resolve(name + ".template.json")));
        return Prediction.of(template, parameters, account, REGION, name);
    }

    private static String output(Prediction prediction, String name) {
        return prediction.outputs().getOrDefault(name, "");
    }

    private static Map<String, String> with(Map<String, String> common, String... more) {
        Map<String, String> all = new HashMap<>(common);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private void addPersonas(Prediction encryptor, Prediction builder, Prediction host) {
        String role = "AWS::IAM::Role";
        personas.put("host-root", Persona.root(HOST));
        personas.put("enclave-administrator", Persona.administrator(HOST, "EnclaveAdministrator"));
        personas.put("host-employee", Persona.employee(HOST, "Employee"));
        personas.put("parent-instance", Persona.ofRole(HOST, "ParentInstance", host.properties(role, "")));
        personas.put("third-party-root", Persona.root(THIRD_PARTY));
        personas.put("third-party", Persona.administrator(THIRD_PARTY, "ThirdParty"));
        personas.put("encryptor-build", Persona.ofRole(THIRD_PARTY, "EncryptorBuild", encryptor.properties(role, "")));
        personas.put("image-build", Persona.ofRole(THIRD_PARTY, "ImageBuild", builder.properties(role, "")));
        personas.put("stranger-root", Persona.root(STRANGER));
        personas.put("stranger", Persona.administrator(STRANGER, "Administrator"));
    }

    private void addTargets(Prediction shared, Prediction encryptor, Prediction builder) throws KeyPolicyException {
        String bucket = "arn:aws:s3:::" + output(shared, "BucketName");
        String bucketPolicy = text(shared.properties("AWS::S3::BucketPolicy", "SharedBucket"), "PolicyDocument");
        targets.put("bucket", new Target(bucket, HOST, bucketPolicy));
        targets.put("object-acme", new Target(bucket + "/acme/application.cloister", HOST, bucketPolicy));
        targets.put("object-globex", new Target(bucket + "/globex/application.cloister", HOST, bucketPolicy));
        targets.put(
                "bucket-key",
                new Target(
                        output(shared, "KmsKeyArn"), HOST, text(shared.properties("AWS::KMS::Key", ""), "KeyPolicy")));
        String key = output(encryptor, "EncryptionKeyArn");
        String initial = text(encryptor.properties("AWS::KMS::Key", ""), "KeyPolicy");
        String pinned = KeyPolicy.parse(initial)
                .pin(List.of(Pcr.parse(PINNED_IMAGE)), List.of(hostPrincipal(builder)))
                .toJson();
        targets.put("application-key-unpinned", new Target(key, THIRD_PARTY, initial));
        targets.put("application-key", new Target(key, THIRD_PARTY, pinned));
        for (String project : List.of("application-encryptor", "nitro-image-builder")) {
            String arn = "arn:aws:codebuild:" + REGION + ":" + THIRD_PARTY + ":project/" + project;
            targets.put("project-" + project, new Target(arn, THIRD_PARTY, null));
        }
    }

    /** Who may decrypt, as the project that builds images is told. */
    private static String hostPrincipal(Prediction builder) {
        ObjectNode project = builder.properties("AWS::CodeBuild::Project", "");
        for (JsonNode variable : project.path("Environment").path("EnvironmentVariables")) {
            if (variable.path("Name").asString("").equals("HOST_PRINCIPAL_ARN")) {
                return variable.path("Value").asString("");
            }
        }
        throw new IllegalArgumentException("the project is not told who may decrypt");
    }

    private static String text(ObjectNode properties, String name) {
        return JsonText.write(properties.path(name));
    }

    Persona persona(String name) {
        return known(personas, name);
    }

    Target target(String name) {
        return known(targets, name);
    }

    private static <T> T known(Map<String, T> all, String name) {
        T found = all.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the table speaks of '" + name + "', which the scenario does not have");
        }
        return found;
    }
}
