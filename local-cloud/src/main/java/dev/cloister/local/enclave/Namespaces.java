package dev.cloister.local.enclave;

import dev.cloister.image.build.UnpackedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Starts an unpacked image's program in namespaces of its own, by util-linux's {@code unshare} and {@code init.sh}. */
final class Namespaces {
    /** Where the program finds the sockets of its platform. */
    private static final String PLATFORM = "/run/platform";

    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private Namespaces() {}

    /**
     * Starts the program.
     *
     * @param platform folder of sockets
     * @param console gets what the program prints
     * @return the process whose end is the enclave's end; killing it kills all that runs inside
     */
    static Process start(UnpackedImage image, Path platform, Path console) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/unshare"));
        if (!isRoot()) {
            // An enclave has more than one user; /etc/subuid says which ones this user may lend.
            command.addAll(List.of("--user", "--map-root-user", "--map-auto"));
        }
        command.addAll(List.of("--mount", "--pid", "--fork", "--net", "--ipc", "--uts"));
        command.addAll(List.of("--kill-child", "--propagation", "private", "--"));
        command.addAll(List.of(BUSYBOX.toString(), "sh", "-c", script(), "init", BUSYBOX.toString()));
        command.addAll(List.of(image.rootfs().toString(), platform.toString()));
        command.addAll(image.arguments());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(console.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(image.environment());
        environment.put("CLOISTER_VSOCK", "unix:" + PLATFORM);
        environment.put("CLOISTER_NSM", "unix:" + PLATFORM + "/nsm.sock");
        return builder.start();
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static String script() throws IOException {
        try (InputStream in = Objects.requireNonNull(Namespaces.class.getResourceAsStream("init.sh"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
