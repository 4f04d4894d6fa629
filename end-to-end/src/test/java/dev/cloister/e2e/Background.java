package dev.cloister.e2e;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Runs something beside the test. */
final class Background {
    private Background() {}

    static <T> CompletableFuture<T> run(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
