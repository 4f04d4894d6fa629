package dev.cloister.local.rights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.local.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The table of rights, judged by the local cloud's evaluator and by one that is not ours, on the committed templates. */
class RightsTest {
    private static final Path TEMPLATES = Path.of("..", "cdk", "templates");
    private static final Path SCRIPT = Path.of("src", "test", "iam-simulate");
    private static final Path INSTALLED = Path.of("target", "iam-simulate");
    private static final long PATIENCE_SECONDS = 240;
    private static final int LEAST_ROWS = 80;

    @Test
    void everyRow_isWhatThePoliciesSay() throws Exception {
        List<Rights.Finding> findings = Rights.evaluate(TEMPLATES);

        assertThat(findings).hasSizeGreaterThanOrEqualTo(LEAST_ROWS);
        assertThat(findings)
                .allSatisfy(finding -> assertThat(finding.holds())
                        .as("%s %s", finding.right(), finding.reason())
                        .isTrue());
    }

    @Test
    void noRow_standsThereTwice() throws Exception {
        List<Right> table = Right.table();
        Set<List<Object>> asked = new HashSet<>();

        assertThat(table)
                .allSatisfy(right -> assertThat(
                                asked.add(List.of(right.who(), right.action(), right.resource(), right.with())))
                        .as("%s", right)
                        .isTrue());
    }

    @Test
    void outsideEvaluator_agreesOnEveryRow() throws Exception {
        install();
        List<Question> questions = Rights.questions(TEMPLATES);
        ArrayNode cases = JsonText.array();
        for (Question question : questions) {
            cases.add(forSimulator(question));
        }
        Path file = INSTALLED.resolve("cases.json");
        // The simulator drops every pair of an encryption context from a request. So that it can judge conditions on
        // one, it
        // gets that pair, in policies and requests alike, under a text key that no policy here uses.
        String text = JsonText.write(cases);
        Files.writeString(file, text.replace("kms:EncryptionContext:cloister:application", "kms:RequestAlias"));
        Result result = run("node", "rights.mjs", "cases.json");
        assertThat(result.status()).as(result.output()).isZero();
        List<String> lines = result.output().lines().toList();
        assertThat(lines).hasSameSizeAs(questions);
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            ObjectNode decided = JsonText.parseObject(lines.get(i).getBytes(StandardCharsets.UTF_8));
            String expected = question.right().isAllowed() ? "Allowed" : "Denied";
            assertThat(decided.path("decision").asString(""))
                    .as("%s %s", question.right(), decided)
                    .endsWith(expected);
            assertThat(decided.path("ignored")).as("%s", question.right()).isEmpty();
        }
    }

    private static ObjectNode forSimulator(Question question) throws Exception {
        Target target = question.target();
        ObjectNode json = JsonText.object()
                .put("principal", question.persona().caller().sessionArn())
                .put("action", question.right().action())
                .put("resource", target.arn())
                .put("resourceAccount", target.account());
        ObjectNode context = json.putObject("context");
        question.context().forEach(context::put);
        ArrayNode policies = json.putArray("identityPolicies");
        for (String policy : question.persona().policies()) {
            policies.add(JsonText.parseObject(policy.getBytes(StandardCharsets.UTF_8)));
        }
        String policy = target.policy();
        if (policy != null) {
            json.set("resourcePolicy", JsonText.parseObject(policy.getBytes(StandardCharsets.UTF_8)));
        }
        return json;
    }

    /** Puts the simulator into target/, from the registry that npm is set up with. */
    private static void install() throws Exception {
        assumeTrue(has("node"), "node is missing: install Debian's package nodejs");
        assumeTrue(has("npm"), "npm is missing: install Debian's package npm");
        Files.createDirectories(INSTALLED);
        for (String name : List.of("package.json", "package-lock.json", "rights.mjs")) {
            Files.copy(SCRIPT.resolve(name), INSTALLED.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.isDirectory(INSTALLED.resolve("node_modules/@cloud-copilot/iam-simulate/dist"))) {
            Result installed = run("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund");
            assumeTrue(
                    installed.status() == 0, "npm cannot install @cloud-copilot/iam-simulate: " + installed.output());
        }
    }

    private static boolean has(String program) {
        for (String folder : String.valueOf(System.getenv("PATH")).split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(INSTALLED.toAbsolutePath(), "output", "");
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(String.join(" ", command))
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    private record Result(int status, String output) {}
}
