package dev.cloister.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;

/** Remembers a process, by its id and its start time so that an id used again is not mistaken for it. */
public record PidFile(Path file) {
    /** Remembers this process. */
    public void write() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, self.pid() + " " + startOf(self) + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The remembered process, if it still runs. */
    public Optional<ProcessHandle> running() {
        try {
            String[] parts = Files.readString(file).strip().split(" ", 2);
            return ProcessHandle.of(Long.parseLong(parts[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> parts.length == 2 && startOf(process).equals(parts[1]));
        } catch (IOException | NumberFormatException nothingRemembered) {
            return Optional.empty();
        }
    }

    /** Forgets it. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }
}
