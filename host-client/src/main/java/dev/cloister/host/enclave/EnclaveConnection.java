package dev.cloister.host.enclave;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import java.io.IOException;
import java.time.Duration;

/** Opens connections to an enclave's services. */
public final class EnclaveConnection {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(10);

    private EnclaveConnection() {}

    /**
     * Connects and says hello.
     *
     * @param port of the service
     * @param version of its protocol
     * @param maxBody longest frame body accepted, in bytes
     * @throws CommandException with status 10 when the enclave does not answer, or answers something else
     */
    public static FrameConnection open(
            EnclaveAddress enclave, int port, Hello.Service service, int version, int maxBody) throws CommandException {
        Address address = enclave.enclavePort(port);
        Channel channel;
        try {
            channel = Channels.connect(address, CONNECT_TIMEOUT);
        } catch (IOException e) {
            throw unreachable(enclave, e);
        }
        try {
            FrameConnection connection = new FrameConnection(channel, maxBody, new BufferPool(maxBody));
            connection.setReadTimeout(GREETING_TIMEOUT);
            Hello.greet(connection, service, version);
            connection.setReadTimeout(Duration.ZERO);
            return connection;
        } catch (IOException e) {
            channel.close();
            throw unreachable(enclave, e);
        }
    }

    /** The error of an enclave that does not answer. */
    public static CommandException unreachable(EnclaveAddress enclave, IOException why) {
        return new CommandException(
                ExitStatus.ENCLAVE_UNREACHABLE,
                "the enclave " + enclave + " cannot be reached: " + why.getMessage(),
                "check that it is running ('nitro-cli describe-enclaves') and that its address is right",
                why);
    }
}
