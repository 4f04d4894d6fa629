package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.frame.ProtocolException;
import java.nio.ByteBuffer;

/**
 * What the parent asks of the file service. Each is answered by one {@link SyncReply} with the same request id, in any
 * order. Handles are numbers that the service gave out on the same connection.
 */
public sealed interface SyncRequest extends Message {
    /** Answered by {@link SyncReply.Attributes}. */
    record GetAttributes(SyncPath path) implements SyncRequest {}

    /** As {@link GetAttributes} for an open file, which may have lost its name. */
    record GetHandleAttributes(long handle) implements SyncRequest {}

    /** Changes what is present. Answered by {@link SyncReply.Attributes}. */
    record SetAttributes(SyncPath path, Changes changes) implements SyncRequest {}

    /**
     * As {@link SetAttributes} for an open file, which may have lost its name. The size takes a handle opened for
     * writing. Answered by {@link SyncReply.Attributes}.
     */
    record SetHandleAttributes(long handle, Changes changes) implements SyncRequest {}

    /**
     * Opens a file. Answered by {@link SyncReply.Opened}.
     *
     * @param permissions of a file that is made
     */
    record Open(SyncPath path, OpenFlags flags, int permissions) implements SyncRequest {}

    /** Opens a directory for {@link ReadDirectory}. Answered by {@link SyncReply.Opened}. */
    record OpenDirectory(SyncPath path) implements SyncRequest {}

    /**
     * Asks for a page of a directory. Answered by {@link SyncReply.Listing}.
     *
     * @param cookie 0 for the first page, else the {@code next} of the page before
     */
    record ReadDirectory(long handle, long cookie) implements SyncRequest {}

    /**
     * Answered by {@link SyncReply.Data}, which is shorter only at the end of the file.
     *
     * @param length at most {@link Sync#MAX_DATA}
     */
    record Read(long handle, long offset, int length) implements SyncRequest {}

    /**
     * Writes all of the data, before anything is done that was asked for later on the connection. Answered by
     * {@link SyncReply.Done}.
     *
     * @param content at most {@link Sync#MAX_DATA} bytes, a view into the frame when decoded
     */
    record Write(long handle, long offset, ByteBuffer content) implements SyncRequest {
        @Override
        public ByteBuffer data() {
            return content.duplicate();
        }
    }

    /** Answered by {@link SyncReply.Done} once the file's data, or data and attributes, are stored. */
    record Synchronize(long handle, boolean dataOnly) implements SyncRequest {}

    /** Gives a handle of a file or directory back. Answered by {@link SyncReply.Done}. */
    record Close(long handle) implements SyncRequest {}

    /** Answered by {@link SyncReply.Attributes} of the new directory. */
    record MakeDirectory(SyncPath path, int permissions) implements SyncRequest {}

    /** Makes a symbolic link, whose target is never followed inside the enclave. Answered by {@link SyncReply.Done}. */
    record MakeSymbolicLink(SyncPath path, String target) implements SyncRequest {}

    /** Gives an existing file a further name. Answered by {@link SyncReply.Done}. */
    record MakeLink(SyncPath existing, SyncPath path) implements SyncRequest {}

    /** Answered by {@link SyncReply.LinkTarget}. */
    record ReadLink(SyncPath path) implements SyncRequest {}

    /** Answered by {@link SyncReply.Done}. */
    record RemoveFile(SyncPath path) implements SyncRequest {}

    /** Answered by {@link SyncReply.Done}. */
    record RemoveDirectory(SyncPath path) implements SyncRequest {}

    /**
     * Answered by {@link SyncReply.Done}.
     *
     * @param replace whether an existing {@code to} is replaced
     */
    record Rename(SyncPath from, SyncPath to, boolean replace) implements SyncRequest {}

    /** Answered by {@link SyncReply.FileSystem}. */
    record GetFileSystem() implements SyncRequest {}

    /**
     * Makes room in a file, or a hole. Answered by {@link SyncReply.Done}.
     *
     * @param length at least 1; the sum with {@code offset} is a size as well
     */
    record Allocate(long handle, Allocation kind, long offset, long length) implements SyncRequest {}

    /**
     * Where data, or a hole, is found next. Answered by {@link SyncReply.Position}.
     *
     * @param hole whether a hole is looked for; the end of a file is one
     */
    record Seek(long handle, long offset, boolean hole) implements SyncRequest {}

    /** Answered by {@link SyncReply.Value}. */
    record GetExtendedAttribute(SyncPath path, AttributeName name) implements SyncRequest {}

    /**
     * Answered by {@link SyncReply.Done}.
     *
     * @param value at most {@link Sync#MAX_VALUE} bytes, a view into the frame when decoded
     */
    record SetExtendedAttribute(SyncPath path, AttributeName name, AttributeMode mode, ByteBuffer value)
            implements SyncRequest {
        @Override
        public ByteBuffer data() {
            return value.duplicate();
        }
    }

    /** Answered by {@link SyncReply.Names}. */
    record ListExtendedAttributes(SyncPath path) implements SyncRequest {}

    /** Answered by {@link SyncReply.Done}. */
    record RemoveExtendedAttribute(SyncPath path, AttributeName name) implements SyncRequest {}

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
     * Reads a request.
     *
     * @throws ProtocolException when the frame is no well-formed request
     */
    static SyncRequest decode(Frame frame) throws ProtocolException {
        FieldReader in = frame.fields();
        SyncRequest request = SyncCodec.decodeRequest(frame.type(), in);
        in.end();
        return request;
    }
}
