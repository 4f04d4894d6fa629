package dev.cloister.enclave;

import dev.cloister.enclave.config.ConfigurationException;
import dev.cloister.enclave.sandbox.Placement;
import dev.cloister.enclave.sandbox.ResourceLimits;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SandboxSpec;
import dev.cloister.enclave.sandbox.SandboxedProcess;
import dev.cloister.enclave.sandbox.SystemCallFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Tries at the start whether sandboxes come about in this image, on this kernel, so that no run has to find out. */
final class SandboxCheck {
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final int MAX_WORDS = 500;

    private SandboxCheck() {}

    static void run(Sandbox sandbox, Path workFolder) throws IOException, InterruptedException, ConfigurationException {
        SandboxSpec harmless = new SandboxSpec(
                List.of(new Placement.Scratch("/tmp", 1 << 20)),
                "/tmp",
                Map.of("PATH", "/usr/bin:/bin"),
                List.of("setpriv", "--version"),
                SystemCallFilter.APPLICATION,
                new ResourceLimits(OptionalInt.of(64), OptionalInt.of(16)));
        try (SandboxedProcess process = sandbox.start(harmless, workFolder)) {
            if (!process.waitFor(TIME) || process.exitStatus() != 0) {
                process.kill();
                String words = new String(process.stderr().readNBytes(MAX_WORDS), StandardCharsets.UTF_8);
                throw new ConfigurationException("no sandbox can be made in this image: " + words.strip());
            }
        }
    }
}
