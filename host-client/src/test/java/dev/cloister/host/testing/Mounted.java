package dev.cloister.host.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A memory file service mounted by {@code cloister sync}, in short paths because unix sockets want those. */
public final class Mounted implements AutoCloseable {
    private final Path folder;
    private final MemoryFileService service;

    private Mounted(Path folder, MemoryFileService service) {
        this.folder = folder;
        this.service = service;
    }

    /** Serves without mounting. */
    public static Mounted serving() throws IOException {
        Path folder = Files.createTempDirectory("cloister-test");
        Files.createDirectory(folder.resolve("mnt"));
        return new Mounted(folder, MemoryFileService.start(folder));
    }

    /** Serves and mounts. */
    public static Mounted open() throws IOException, InterruptedException {
        Mounted mounted = serving();
        Command.Result result = mounted.sync();
        if (result.status() != 0) {
            mounted.close();
            throw new AssertionError("sync ended with " + result);
        }
        return mounted;
    }

    public Command.Result sync(String... more) throws IOException, InterruptedException {
        String[] arguments = {"sync", "-d", mountPoint().toString(), "--enclave", "unix:" + folder};
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return new Command(folder).run(all);
    }

    public Path mountPoint() {
        return folder.resolve("mnt");
    }

    public Path folder() {
        return folder;
    }

    public MemoryFileService service() {
        return service;
    }

    /** The processes that serve this mount. */
    public java.util.List<ProcessHandle> servers() throws IOException {
        try (var processes = ProcessHandle.allProcesses()) {
            return processes.filter(this::isServer).toList();
        }
    }

    private boolean isServer(ProcessHandle process) {
        try {
            String line = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
            return line.contains("--detach") && line.contains(mountPoint().toString());
        } catch (IOException gone) {
            return false;
        }
    }

    /** Unmounts whatever is left, ends the servers and deletes the folder. */
    @Override
    public void close() throws IOException {
        try {
            Command.shell("fusermount -u -z \"$1\" 2>/dev/null", mountPoint());
            for (ProcessHandle server : servers()) {
                server.onExit()
                        .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                        .exceptionally(late -> {
                            server.destroyForcibly();
                            return server;
                        })
                        .join();
            }
            service.close();
            Command.shell("rm -rf --one-file-system \"$1\"", folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
