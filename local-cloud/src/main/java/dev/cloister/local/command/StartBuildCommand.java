package dev.cloister.local.command;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.local.RunningFile;
import dev.cloister.local.codebuild.CodeBuildClient;
import dev.cloister.local.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.TrustManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code cloister local start-build}: what pressing <i>Start build</i> is, with the log as it comes. */
@Command(
        name = "start-build",
        description = "Run a CodeBuild project's build specification, with the rights of the project's role.")
final class StartBuildCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--as", paramLabel = "ACCOUNT", description = "Who starts it (default: ${DEFAULT-VALUE}).")
    private String profile = "third-party";

    @Option(
            names = "--source",
            paramLabel = "DIR",
            description = "The folder that stands for the repository (default: the current one).")
    private Path source = Path.of("");

    @Option(
            names = "--environment",
            paramLabel = "NAME=VALUE",
            description = "A variable over the project's own; repeatable.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Parameters(paramLabel = "PROJECT", description = "The project, as a stack made it.")
    private String project = "";

    @Override
    public Integer call() throws IOException, CommandException {
        RunningFile running = state.requireRunning();
        TrustManager[] trusted = CaBundle.read(running.endpoints().certificateAuthority());
        try (SdkHttpClient http = ApacheHttpClient.builder()
                .tlsTrustManagersProvider(() -> trusted)
                .build()) {
            return follow(client(running, http));
        } catch (CodeBuildClient.RefusedException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "no build of " + project + ": " + e.getMessage(),
                    "deploy its stack to the local cloud, or choose the account with --as",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitStatus.INTERRUPTED, "interrupted; the build goes on", null, e);
        }
    }

    private CodeBuildClient client(RunningFile running, SdkHttpClient http) throws CommandException {
        if (running.accounts().stream().noneMatch(account -> account.profile().equals(profile))) {
            throw new CommandException(
                    ExitStatus.USAGE, "there is no account " + profile, "there are two: host and third-party");
        }
        ProfileFile profiles = ProfileFile.builder()
                .type(ProfileFile.Type.CREDENTIALS)
                .content(state.layout().aws().resolve("credentials"))
                .build();
        try (ProfileCredentialsProvider provider = ProfileCredentialsProvider.builder()
                .profileFile(profiles)
                .profileName(profile)
                .build()) {
            return new CodeBuildClient(
                    http, running.endpoints().kms(), running.endpoints().region(), provider.resolveCredentials());
        }
    }

    private int follow(CodeBuildClient client)
            throws IOException, CommandException, CodeBuildClient.RefusedException, InterruptedException {
        ObjectNode build = (ObjectNode) client.call("StartBuild", request()).path("build");
        String id = build.path("id").asString("");
        Path log = Path.of(URI.create(build.path("logs").path("deepLink").asString("")));
        ObjectNode ask = JsonText.object();
        ask.putArray("ids").add(id);
        try (InputStream lines = Files.newInputStream(log)) {
            while (!build.path("buildComplete").asBoolean(false)) {
                Thread.sleep(POLL);
                build = (ObjectNode)
                        client.call("BatchGetBuilds", ask).path("builds").path(0);
                lines.transferTo(System.err);
            }
            lines.transferTo(System.err);
        }
        return end(id, build);
    }

    private ObjectNode request() {
        ObjectNode request = JsonText.object()
                .put("projectName", project)
                .put(
                        "sourceLocationOverride",
                        source.toAbsolutePath().normalize().toString());
        ArrayNode variables = request.putArray("environmentVariablesOverride");
        environment.forEach((name, value) ->
                variables.addObject().put("name", name).put("value", value).put("type", "PLAINTEXT"));
        return request;
    }

    private int end(String id, ObjectNode build) throws CommandException {
        String status = build.path("buildStatus").asString("");
        if (common.json()) {
            System.out.println(JsonText.write(build));
        } else {
            System.out.println(id + " " + status);
        }
        if (status.equals("SUCCEEDED")) {
            return ExitStatus.DONE.code();
        }
        throw new CommandException(
                ExitStatus.FAILED, "the build " + id + " ended as " + status, "its log says at which command");
    }
}
