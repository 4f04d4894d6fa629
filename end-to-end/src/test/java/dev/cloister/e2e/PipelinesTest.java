package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.stage.Accounts;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.Commands;
import dev.cloister.local.stage.HostSide;
import dev.cloister.local.stage.ThirdParty;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The two pipelines by their committed build specifications, with the rights that the committed templates give their
 * roles, from a repository that holds what {@code cloister archive} made.
 */
class PipelinesTest {
    private static final String ENCRYPTOR = "application-encryptor";
    private static final String BUILDER = "nitro-image-builder";

    /** Stands in the application and may stand nowhere else. */
    private static final String MARKER = "weights-9f41c7";

    private static final Cleanup CLEANUP = new Cleanup(System.err);

    private static Path work;
    private static Path repository;
    private static Path state;
    private static LocalCloud cloud;
    private static Commands commands;
    private static String uploadPath;
    private static String keyArn;

    @BeforeAll
    static void deploy() throws Exception {
        // Unix sockets lie below, and their paths must be short.
        work = Files.createTempDirectory("e2e-");
        CLEANUP.add("remove " + work, () -> Folders.delete(work));
        Runtime.getRuntime().addShutdownHook(new Thread(CLEANUP::close));
        state = work.resolve("cloud");
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("eu-west-1"));
        CLEANUP.add("stop the local cloud", cloud::close);
        commands = new Commands(SharedStage.home(), cloud.environment(Account.thirdParty()));
        repository = work.resolve("repository");
        String checksum = makeRepository();
        JsonNode bucket = deploy(
                "shared-bucket",
                "ThirdPartyAWSAccountNumber=" + Account.thirdParty().id(),
                "ThirdPartyName=digits");
        uploadPath = bucket.path("UploadPath").stringValue();
        String host = "HostAWSAccountNumber=" + Account.host().id();
        String hostKey = "HostEncryptionKeyArn=" + bucket.path("KmsKeyArn").stringValue();
        keyArn = deploy(
                        ENCRYPTOR,
                        "CodeCommitRepositoryName=digits",
                        "ApplicationCodeDirectoryName=application",
                        "ApplicationCodeS3Path=" + uploadPath,
                        "CloisterSha256=" + checksum,
                        host,
                        hostKey)
                .path("EncryptionKeyArn")
                .stringValue();
        deploy(
                BUILDER,
                "CodeCommitRepositoryName=digits",
                "NitroImageS3Path=" + uploadPath,
                "EncryptionKeyArn=" + keyArn,
                "HostPrincipal=role/" + Account.host().role(),
                "CloisterSha256=" + checksum,
                host,
                hostKey);
    }

    @AfterAll
    static void clean() {
        CLEANUP.close();
        assertThat(CLEANUP.isComplete()).isTrue();
    }

    private static String makeRepository() throws Exception {
        Files.createDirectories(repository.resolve("application"));
        Files.writeString(repository.resolve("application/main.py"), "print('classified')  # " + MARKER + "\n");
        Files.createDirectory(repository.resolve("buildspecs"));
        for (String name : List.of(ENCRYPTOR, BUILDER)) {
            Path file = Path.of("buildspecs", name + ".yml");
            Files.copy(SharedStage.home().resolve(file), repository.resolve(file));
        }
        new ThirdParty(SharedStage.home(), cloud).imageSources(repository.resolve("image"), "synced_mib: 64");
        Path archive = Files.createDirectory(repository.resolve("cloister")).resolve("cloister-0.1.0.tar.gz");
        String printed = commands.cloister("archive", "-o", archive.toString());
        Path again = work.resolve("again.tar.gz");
        assertThat(commands.cloister("archive", "-o", again.toString()).substring(0, 64))
                .isEqualTo(printed.substring(0, 64));
        Files.delete(again);
        return printed.substring(0, 64);
    }

    @Test
    void packageAndImage_runInAnEnclave() throws Exception {
        Build encrypted = build(ENCRYPTOR, repository);
        assertThat(encrypted.outcome.status()).as(encrypted.outcome.err()).isZero();
        Build built = build(BUILDER, repository);
        assertThat(built.outcome.status()).as(built.outcome.err()).isZero();
        System.err.println("encryptor " + encrypted.seconds() + " s, image " + built.seconds() + " s");

        Accounts accounts = new Accounts(cloud);
        String bucket = uploadPath.split("/", -1)[2];
        Path image = work.resolve("image.eif");
        accounts.download(bucket, "digits/image.eif", image);
        HostSide host = new HostSide(SharedStage.home(), Files.createDirectory(work.resolve("h")), cloud, CLEANUP);
        host.start(image);
        host.proxy();
        host.sync();
        accounts.download(bucket, "digits/application.cloister", host.packages().resolve("application.cloister"));
        Commands.Outcome run = host.run("application.cloister", "main.py", "");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("classified");
        assertThat(encrypted.log() + built.log())
                .contains("Phase complete: BUILD State: SUCCEEDED")
                .doesNotContain(MARKER, "main.py", "aws_secret_access_key", "PRIVATE KEY");
        for (String secret : secrets()) {
            assertThat(encrypted.log() + built.log()).doesNotContain(secret);
        }
    }

    @Test
    void anotherChecksum_refusesBeforeAnythingOfTheArchiveRuns() throws Exception {
        for (String checksum : List.of("0".repeat(64), "x", "")) {
            Build build = build(ENCRYPTOR, repository, "CLOISTER_SHA256=" + checksum);
            assertThat(build.outcome.status()).isEqualTo(1);
            assertThat(build.log())
                    .contains("Phase complete: INSTALL State: FAILED")
                    .doesNotContain("Running command tar", "Running command cloister");
        }
    }

    @Test
    void emptyApplication_isRefused() throws Exception {
        Path empty = work.resolve("empty");
        Files.createDirectories(empty.resolve("application"));
        for (String folder : List.of("buildspecs", "cloister")) {
            Files.createDirectory(empty.resolve(folder));
            try (Stream<Path> files = Files.list(repository.resolve(folder))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.copy(file, empty.resolve(repository.relativize(file)));
                }
            }
        }
        Build build = build(ENCRYPTOR, empty);
        assertThat(build.outcome.status()).isEqualTo(1);
        assertThat(build.log()).contains("cloister: error: nothing to encrypt in application");
    }

    @Test
    void imageThatCannotBeUploaded_isNotPinned() throws Exception {
        String before = commands.cloister("key", "show", "-k", keyArn, "--json");
        Build build = build(BUILDER, repository, "NITRO_IMAGE_S3_PATH=" + uploadPath + "-of-another");
        assertThat(build.outcome.status()).isEqualTo(1);
        assertThat(build.log())
                .contains("was denied", "Phase complete: BUILD State: FAILED")
                .doesNotContain("Running command cloister key");
        assertThat(commands.cloister("key", "show", "-k", keyArn, "--json")).isEqualTo(before);
    }

    @Test
    void roleOfOnePipeline_cannotDoTheOthersWork() throws Exception {
        Path other = work.resolve("other");
        Files.createDirectories(other.resolve("buildspecs"));
        Files.writeString(other.resolve("buildspecs/" + ENCRYPTOR + ".yml"), """
                version: 0.2
                phases:
                  build:
                    commands:
                      - %s key show -k "$ENCRYPTION_KEY_ARN"
                """.formatted(
                        SharedStage.home().resolve("cloister")));
        Build build = build(ENCRYPTOR, other);
        assertThat(build.outcome.status()).isEqualTo(1);
        assertThat(build.log()).contains("cloister: error: access to key " + keyArn + " was denied");
    }

    private static JsonNode deploy(String template, String... parameters) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("local", "deploy", template, "--stack-name", template));
        arguments.addAll(List.of("--state", state.toString(), "--json", "--parameters"));
        arguments.addAll(List.of(parameters));
        return json(commands.cloister(arguments.toArray(String[]::new))).path("Outputs");
    }

    /** How a build ended, and what the command said of it. */
    private record Build(Commands.Outcome outcome) {
        String log() {
            return outcome.err();
        }

        double seconds() throws Exception {
            JsonNode build = json(outcome.out());
            return build.path("endTime").doubleValue() - build.path("startTime").doubleValue();
        }
    }

    private static Build build(String project, Path source, String... environment) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("local", "start-build", project, "--json"));
        arguments.addAll(List.of("--state", state.toString(), "--source", source.toString()));
        for (String variable : environment) {
            arguments.addAll(List.of("--environment", variable));
        }
        return new Build(commands.tryCloister(arguments.toArray(String[]::new)));
    }

    private static JsonNode json(String text) throws Exception {
        return JsonText.parseObject(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What the credentials of all builds were. */
    private static List<String> secrets() throws Exception {
        List<String> secrets = new ArrayList<>();
        try (Stream<Path> builds = Files.list(state.resolve("builds"))) {
            for (Path build : (Iterable<Path>) builds::iterator) {
                for (String line : Files.readAllLines(build.resolve("credentials"))) {
                    if (line.contains(" = ")) {
                        secrets.add(line.substring(line.indexOf(" = ") + 3));
                    }
                }
            }
        }
        assertThat(secrets).hasSizeGreaterThanOrEqualTo(6);
        return secrets;
    }
}
