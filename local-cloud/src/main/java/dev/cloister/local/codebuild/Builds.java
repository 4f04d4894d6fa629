package dev.cloister.local.codebuild;

import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The builds since the local cloud was started, each in a thread of its own; closing ends those that run. */
public final class Builds implements AutoCloseable {
    private final Path directory;
    private final InstantSource clock;
    private final Map<String, BuildRecord> records = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> numbers = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /**
     * Prepares for builds.
     *
     * @param directory for a folder of each build, which keeps its log
     */
    public Builds(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    long nextNumber(Project project) {
        return numbers.computeIfAbsent(project.arn(), arn -> new AtomicLong()).incrementAndGet();
    }

    /** The folder of a build, made now. */
    Path folder(String id) throws IOException {
        return PrivateFiles.directory(directory.resolve(id.replace(':', '.')));
    }

    /** Starts a build and returns at once. */
    BuildRecord start(BuildOrder order, Path folder) throws IOException {
        BuildLog log = new BuildLog(folder.resolve("log"), clock);
        BuildRecord record = BuildRecord.begin(order.id(), order.project(), order.started(), folder.resolve("log"));
        records.put(order.id(), record);
        Path work = Files.createDirectory(folder.resolve("work"));
        Build build = new Build(
                order,
                work,
                clock,
                log,
                change -> records.computeIfPresent(order.id(), (id, before) -> change.apply(before)));
        Thread thread = Thread.ofPlatform().name("build " + order.id()).unstarted(() -> {
            try (log) {
                build.run();
            } catch (InterruptedException e) {
                log.agent("The local cloud is ending");
            } finally {
                threads.remove(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
        return record;
    }

    Optional<BuildRecord> find(String id) {
        return Optional.ofNullable(records.get(id));
    }

    @Override
    public void close() throws InterruptedException {
        for (Thread thread : Set.copyOf(threads)) {
            thread.interrupt();
            thread.join();
        }
    }
}
