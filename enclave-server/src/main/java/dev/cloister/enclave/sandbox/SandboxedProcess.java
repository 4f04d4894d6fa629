package dev.cloister.enclave.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process behind its walls. Closing kills it and all its children, and waits until they are gone. */
public final class SandboxedProcess implements AutoCloseable {
    private final Process process;
    private final Path status;
    private final ControlGroup group;

    SandboxedProcess(Process process, Path status, ControlGroup group) {
        this.process = process;
        this.status = status;
        this.group = group;
    }

    public InputStream stdout() {
        return process.getInputStream();
    }

    public InputStream stderr() {
        return process.getErrorStream();
    }

    /** Waits for the end; false when the time passes first. */
    public boolean waitFor(Duration time) throws InterruptedException {
        return process.waitFor(time);
    }

    /** Its exit status once it has ended, 0..255; 128 + n when signal n ended it. */
    public int exitStatus() {
        return process.exitValue();
    }

    /**
     * After the end: whether the sandbox came about, so that the exit status is the program's own. It is not when
     * bubblewrap could not make the walls, nor when {@link #kill} came first.
     */
    public boolean ranProgram() throws IOException {
        return Files.exists(status) && Files.readString(status).contains("\"exit-code\"");
    }

    /**
     * Kills it with all its children: they share a pid namespace, which ends with bubblewrap. Those of before the
     * namespace was complete are killed one by one.
     */
    public void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        kill();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                int _ = process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        group.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
