package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;

/** What the file service answers. */
public sealed interface SyncReply extends Message {
    /** It is done. */
    record Done() implements SyncReply {}

    /**
     * It could not be done.
     *
     * @param errno the Linux error number, 1..4095
     */
    record Failed(int errno) implements SyncReply {}

    /** Attributes as they are after the request. */
    record Attributes(FileAttributes attributes) implements SyncReply {}

    /**
     * A new handle, and the file's attributes.
     *
     * @param runsEnded how many runs have ended since the enclave started, or -1 while one is under way: as long as this
     *     stays the same, files change only through the file service
     */
    record Opened(long handle, FileAttributes attributes, long runsEnded) implements SyncReply {}

    /**
     * File data.
     *
     * @param content a view into the frame when decoded
     */
    record Data(ByteBuffer content) implements SyncReply {
        @Override
        public ByteBuffer data() {
            return content.duplicate();
        }
    }

    /**
     * A page of a directory, without {@code .} and {@code ..}.
     *
     * @param next cookie of the page behind this one; meaningless on the last
     * @param isLast whether no further page follows
     */
    record Listing(List<DirectoryEntry> entries, long next, boolean isLast) implements SyncReply {}

    /** Where a symbolic link points to. */
    record LinkTarget(String target) implements SyncReply {}

    /**
     * Sizes of the file system behind the synced folder.
     *
     * @param blockSize in bytes
     * @param blocks in all
     * @param freeBlocks not in use
     * @param files inodes in all
     * @param freeFiles inodes not in use
     */
    record FileSystem(int blockSize, long blocks, long freeBlocks, long files, long freeFiles) implements SyncReply {}

    /** An offset in a file, in bytes. */
    record Position(long offset) implements SyncReply {}

    /**
     * What an extended attribute holds.
     *
     * @param content at most {@link Sync#MAX_VALUE} bytes, a view into the frame when decoded
     */
    record Value(ByteBuffer content) implements SyncReply {
        @Override
        public ByteBuffer data() {
            return content.duplicate();
        }
    }

    /** The extended attributes of a file, in no order. */
    record Names(List<AttributeName> names) implements SyncReply {}

    @Override
    default int type() {
        return SyncCodec.typeOf(this);
    }

    @Override
    default int encodedSize() {
        return SyncCodec.sizeOf(this);
    }

    @Override
    default void encode(FieldWriter out) {
        SyncCodec.encode(this, out);
    }

    /**
     * Reads a reply.
     *
     * @throws ProtocolException when the frame is no well-formed reply
     */
    static SyncReply decode(Frame frame) throws ProtocolException {
        FieldReader in = frame.fields();
        SyncReply reply = SyncCodec.decodeReply(frame.type(), in);
        in.end();
        return reply;
    }
}
