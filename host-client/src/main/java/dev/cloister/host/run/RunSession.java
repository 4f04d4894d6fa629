package dev.cloister.host.run;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.host.enclave.EnclaveConnection;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run over one connection. */
final class RunSession implements AutoCloseable {
    private static final int REQUEST_ID = 1;

    private final FrameConnection connection;
    private final WritableByteChannel stdout;
    private final WritableByteChannel stderr;
    private final CountDownLatch ended = new CountDownLatch(1);

    private RunSession(FrameConnection connection, WritableByteChannel stdout, WritableByteChannel stderr) {
        this.connection = connection;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** Connects. */
    static RunSession open(EnclaveAddress enclave, WritableByteChannel stdout, WritableByteChannel stderr)
            throws CommandException {
        return new RunSession(
                EnclaveConnection.open(enclave, Address.RUN_PORT, Hello.Service.RUN, Run.VERSION, Run.MAX_BODY),
                stdout,
                stderr);
    }

    /**
     * Runs an application and passes on its output until it ends.
     *
     * @return how it ended
     * @throws RefusedException when the enclave did not run it
     * @throws CommandException when the enclave went away, or nobody takes the output
     */
    RunReply.Exited run(RunRequest.Start start) throws RefusedException, CommandException {
        try {
            connection.send(REQUEST_ID, start);
            while (true) {
                try (@Nullable Frame frame = connection.receive()) {
                    if (frame == null) {
                        throw new CommandException(
                                ExitStatus.ENCLAVE_UNREACHABLE,
                                "the enclave closed the connection before the application ended",
                                "check that the enclave is still running ('nitro-cli describe-enclaves')");
                    }
                    switch (RunReply.decode(frame)) {
                        case RunReply.Output output -> pass(output);
                        case RunReply.Exited exited -> {
                            return exited;
                        }
                        case RunReply.Refused refused ->
                            throw new RefusedException(refused.reason(), refused.message());
                    }
                }
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitStatus.ENCLAVE_UNREACHABLE,
                    "the connection to the enclave broke before the application ended: " + e.getMessage(),
                    "check that the enclave is still running ('nitro-cli describe-enclaves')",
                    e);
        } finally {
            ended.countDown();
        }
    }

    private void pass(RunReply.Output output) throws CommandException {
        WritableByteChannel target = switch (output.stream()) {
            case STDOUT -> stdout;
            case STDERR -> stderr;
        };
        ByteBuffer content = output.content();
        try {
            while (content.hasRemaining()) {
                target.write(content);
            }
        } catch (IOException e) {
            stop(Duration.ZERO);
            throw new CommandException(
                    ExitStatus.FAILED, "nobody takes the application's output: " + e.getMessage(), null, e);
        }
    }

    /**
     * Asks the enclave to end the application; from any thread.
     *
     * @param wait how long to wait for its end
     */
    void stop(Duration wait) {
        try {
            connection.send(REQUEST_ID, new RunRequest.Stop());
            boolean _ = ended.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException gone) {
            // Closing the connection ends the run as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
