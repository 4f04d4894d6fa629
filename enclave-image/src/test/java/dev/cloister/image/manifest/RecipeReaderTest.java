package dev.cloister.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.cli.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeReaderTest {
    private static final String WHOLE = """
            name: digits
            version: "1.0.3"
            source_date_epoch: 1700000000
            blobs: /opt/blobs
            rootfs: userland.tar.zst
            server: ../server
            kms_roots: roots.pem
            policy:
              kms: {endpoint: "https://kms.{region}.amazonaws.com", roots: /etc/cloister/kms-roots.pem}
              limits: {runs: 2, scratch_mib: 64}
              logs: none
              egress: [kms.eu-west-1.amazonaws.com]
            overlays:
            - {path: opt/app, from: app}
            - {path: etc/app.conf, from: conf/app.conf}
            modes: {opt/app/run: "0755", opt/app/key: "600"}
            cmd: [/opt/app/run, --fast]
            env: {A: "1", EMPTY: ""}
            user: app
            workdir: /opt/app
            """;

    private final RecipeReader reader = new RecipeReader(Path.of("/folder"), Path.of("/default"), 7);

    @Test
    void wholeManifest_isRead() throws Exception {
        Recipe recipe = read(WHOLE);
        assertThat(recipe.rootfs()).isEqualTo(Path.of("/folder/userland.tar.zst"));
        assertThat(recipe.blobs()).isEqualTo(Path.of("/opt/blobs"));
        assertThat(recipe.epoch()).isEqualTo(1700000000);
        assertThat(recipe.overlays())
                .containsExactly(
                        new Recipe.Layer("opt/app", Path.of("/folder/app")),
                        new Recipe.Layer("etc/app.conf", Path.of("/folder/conf/app.conf")));
        assertThat(recipe.modes()).isEqualTo(Map.of("opt/app/run", 0755, "opt/app/key", 0600));
        assertThat(recipe.launch())
                .isEqualTo(new Recipe.Start(
                        List.of("/opt/app/run", "--fast"),
                        Map.of("A", "1", "EMPTY", ""),
                        Optional.of("app"),
                        Optional.of("/opt/app")));
        assertThat(recipe.policy())
                .get()
                .isInstanceOfSatisfying(
                        ServerPolicy.OfSettings.class,
                        policy -> assertThat(policy.encode())
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo("egress: [\"kms.eu-west-1.amazonaws.com\"]\n"
                                        + "kms: {\"endpoint\":\"https://kms.{region}.amazonaws.com\","
                                        + "\"roots\":\"/etc/cloister/kms-roots.pem\"}\n"
                                        + "limits: {\"runs\":2,\"scratch_mib\":64}\nlogs: \"none\"\n"));
    }

    @Test
    void writtenRecipe_isReadBackTheSame() throws Exception {
        Recipe recipe = read(WHOLE);
        String written = Json.write(new RecipeWriter(Path.of("/folder/sub")).write(recipe));
        Recipe again = new RecipeReader(Path.of("/folder/sub"), Path.of("/other"), 0)
                .read(written.getBytes(StandardCharsets.UTF_8));
        assertThat(new RecipeWriter(Path.of("/")).write(again)).isEqualTo(new RecipeWriter(Path.of("/")).write(recipe));
    }

    @Test
    void smallManifest_hasDefaults() throws Exception {
        Recipe recipe = read("rootfs: r\n");
        assertThat(recipe)
                .isEqualTo(new Recipe(
                        "enclave",
                        "1.0",
                        7,
                        Path.of("/default"),
                        Path.of("/folder/r"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        new Recipe.Start(List.of(), Map.of(), Optional.empty(), Optional.empty())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: x | 'rootfs' is missing",
                "rootfs: r\\nrootfs: s | it is not well-formed YAML",
                "rootfs: r\\nroot: s | unknown key 'root'",
                "rootfs: r\\n1: s | unknown key '1'",
                "rootfs: r\\npolicy: {kms: {root: system}}\\nserver: s | unknown key 'policy.kms.root'",
                "rootfs: r\\npolicy: {network: none}\\nserver: s | unknown key 'policy.network'",
                "rootfs: r\\npolicy: {egress: []}\\nserver: s | 'policy.egress' has no value; leave it out instead",
                "rootfs: r\\npolicy: {egress: }\\nserver: s | 'policy.egress' has no value; leave it out instead",
                "rootfs: r\\npolicy: {egress: ['*']}\\nserver: s | 'policy.egress' holds what is not a host's name",
                "rootfs: r\\npolicy: {logs: some}\\nserver: s | 'policy.logs' is not none, stdout or all",
                "rootfs: r\\npolicy: {limits: {runs: 65}}\\nserver: s | 'policy.limits.runs' is not a whole number",
                "rootfs: r\\npolicy: {logs: none} | 'policy' and 'enclave_config' are for the enclave server",
                "rootfs: r\\npolicy: {logs: none}\\nenclave_config: x\\nserver: s | exclude each other",
                "rootfs: r\\npolicy: | 'policy' has no value",
                "rootfs: | 'rootfs' has no value",
                "rootfs: r\\noverlays: {path: x} | 'overlays' is not a list",
                "rootfs: r\\noverlays: [{path: x}] | 'overlays[0].from' is missing",
                "rootfs: r\\noverlays: [{path: x, from: y, mode: z}] | unknown key 'overlays[0].mode'",
                "rootfs: r\\nmodes: {x: 755} | 'modes.x' is not a text; put it in quotes",
                "rootfs: r\\nmodes: {x: '855'} | a mode is three or four octal digits",
                "rootfs: r\\nversion: 1.10 | 'version' is not a text; put it in quotes",
                "rootfs: r\\ncmd: run me | 'cmd' is not a list",
                "rootfs: r\\ncmd: ['a\\tb'] | 'cmd[0]' is longer than 4096 characters or has control characters",
                "rootfs: r\\nsource_date_epoch: -1 | 'source_date_epoch' is not a whole number",
                "rootfs: &a r\\nname: [*a | it is not well-formed YAML",
                "- rootfs | it is not a mapping",
            })
    void brokenManifest_isRefusedByKey(String manifest, String rule) {
        refused(manifest.replace("\\n", "\n").replace("\\t", "\t"), rule);
    }

    @Test
    void manifestThatIsNotUtf8OrHuge_isRefused() {
        assertThatExceptionOfType(ManifestException.class)
                .isThrownBy(() -> reader.read(new byte[] {(byte) 0xff, 0}))
                .withMessage("it is not UTF-8");
        refused("rootfs: r\nname: " + "x".repeat(300_000), "it is longer than 262144 bytes");
        refused("rootfs: " + "[".repeat(100_000), "it is ");
    }

    private void refused(String manifest, String rule) {
        assertThatExceptionOfType(ManifestException.class)
                .isThrownBy(() -> read(manifest))
                .withMessageContaining(rule);
    }

    private Recipe read(String manifest) throws ManifestException {
        return reader.read(manifest.getBytes(StandardCharsets.UTF_8));
    }
}
