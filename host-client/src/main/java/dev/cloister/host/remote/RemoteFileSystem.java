package dev.cloister.host.remote;

import dev.cloister.cli.CommandException;
import dev.cloister.host.enclave.EnclaveConnection;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.Allocation;
import dev.cloister.protocol.sync.AttributeMode;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * The enclave's file system as an ordinary object: each method is one request and waits for its answer; any number of
 * threads may call. Every failure is a {@link FileException}; when the enclave is gone it is {@code EIO}, at once.
 */
public final class RemoteFileSystem implements Closeable {
    /** Most bytes that one read or write moves; the kernel never asks FUSE for more. */
    public static final int MAX_TRANSFER = Sync.MAX_DATA;

    private final SyncConnection connection;
    private final FileData data;

    private RemoteFileSystem(SyncConnection connection) {
        this.connection = connection;
        this.data = new FileData(connection);
    }

    /**
     * Connects to an enclave's file service.
     *
     * @param onLoss called once if the connection is lost
     * @throws CommandException with status 10 when the enclave does not answer
     */
    public static RemoteFileSystem connect(EnclaveAddress enclave, Runnable onLoss) throws CommandException {
        return connect(enclave, onLoss, StallWatch.PATIENCE);
    }

    static RemoteFileSystem connect(EnclaveAddress enclave, Runnable onLoss, Duration patience)
            throws CommandException {
        FrameConnection connection =
                EnclaveConnection.open(enclave, Address.SYNC_PORT, Hello.Service.SYNC, Sync.VERSION, Sync.MAX_BODY);
        try {
            return new RemoteFileSystem(new SyncConnection(connection, onLoss, patience));
        } catch (IOException e) {
            connection.close();
            throw EnclaveConnection.unreachable(enclave, e);
        }
    }

    /** What moves the content of files. */
    public FileData data() {
        return data;
    }

    /** For {@link AnswerReader}s: reads answers for as long as somebody waits for one. */
    public void readAnswers() {
        connection.readUrgent();
    }

    public FileAttributes attributes(SyncPath path) throws FileException {
        return ask(new SyncRequest.GetAttributes(path), SyncReply.Attributes.class)
                .attributes();
    }

    /** Of an open file, which may have lost its name. */
    public FileAttributes attributes(long handle) throws FileException {
        return ask(new SyncRequest.GetHandleAttributes(handle), SyncReply.Attributes.class)
                .attributes();
    }

    /** Changes a file, and tells its attributes after that. */
    public FileAttributes change(SyncPath path, Changes changes) throws FileException {
        return ask(new SyncRequest.SetAttributes(path, changes), SyncReply.Attributes.class)
                .attributes();
    }

    /** Of an open file, which may have lost its name; the size takes a handle opened for writing. */
    public FileAttributes change(long handle, Changes changes) throws FileException {
        return ask(new SyncRequest.SetHandleAttributes(handle, changes), SyncReply.Attributes.class)
                .attributes();
    }

    /** Opens a file; the handle is given back with {@link #release}. */
    public SyncReply.Opened open(SyncPath path, OpenFlags flags, int permissions) throws FileException {
        return ask(new SyncRequest.Open(path, flags, permissions), SyncReply.Opened.class);
    }

    /** Opens a directory; the stream's handle is given back with {@link #release}. */
    public DirectoryStream openDirectory(SyncPath path) throws FileException {
        return new DirectoryStream(this, ask(new SyncRequest.OpenDirectory(path), SyncReply.Opened.class));
    }

    SyncReply.Listing list(long handle, long cookie) throws FileException {
        return ask(new SyncRequest.ReadDirectory(handle, cookie), SyncReply.Listing.class);
    }

    /** Returns once an open directory is stored; {@link FileData#synchronize} is for files. */
    public void synchronize(long handle, boolean dataOnly) throws FileException {
        ask(new SyncRequest.Synchronize(handle, dataOnly), SyncReply.Done.class);
    }

    /** Makes room or a hole in an open file, at least one byte long. */
    public void allocate(long handle, Allocation kind, long offset, long length) throws FileException {
        ask(new SyncRequest.Allocate(handle, kind, offset, length), SyncReply.Done.class);
    }

    /** Where the next hole, or data, in an open file begins; ENXIO where there is none. */
    public long seek(long handle, long offset, boolean hole) throws FileException {
        return ask(new SyncRequest.Seek(handle, offset, hole), SyncReply.Position.class)
                .offset();
    }

    /** The value of an extended attribute. */
    public byte[] extendedAttribute(SyncPath path, AttributeName name) throws FileException {
        try (Frame frame = connection.ask(new SyncRequest.GetExtendedAttribute(path, name))) {
            ByteBuffer content = expect(frame, SyncReply.Value.class).content();
            byte[] value = new byte[content.remaining()];
            content.get(value);
            return value;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Sets an extended attribute to at most {@link Sync#MAX_VALUE} bytes. */
    public void setExtendedAttribute(SyncPath path, AttributeName name, AttributeMode mode, ByteBuffer value)
            throws FileException {
        ask(new SyncRequest.SetExtendedAttribute(path, name, mode, value), SyncReply.Done.class);
    }

    public List<AttributeName> extendedAttributes(SyncPath path) throws FileException {
        return ask(new SyncRequest.ListExtendedAttributes(path), SyncReply.Names.class)
                .names();
    }

    public void removeExtendedAttribute(SyncPath path, AttributeName name) throws FileException {
        ask(new SyncRequest.RemoveExtendedAttribute(path, name), SyncReply.Done.class);
    }

    /** Gives a handle back, without waiting. */
    public void release(long handle) throws FileException {
        try {
            data.close(handle);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Makes a directory, and tells its attributes. */
    public FileAttributes makeDirectory(SyncPath path, int permissions) throws FileException {
        return ask(new SyncRequest.MakeDirectory(path, permissions), SyncReply.Attributes.class)
                .attributes();
    }

    public void makeSymbolicLink(SyncPath path, String target) throws FileException {
        ask(new SyncRequest.MakeSymbolicLink(path, target), SyncReply.Done.class);
    }

    public String readLink(SyncPath path) throws FileException {
        return ask(new SyncRequest.ReadLink(path), SyncReply.LinkTarget.class).target();
    }

    public void makeLink(SyncPath existing, SyncPath path) throws FileException {
        ask(new SyncRequest.MakeLink(existing, path), SyncReply.Done.class);
    }

    public void removeFile(SyncPath path) throws FileException {
        ask(new SyncRequest.RemoveFile(path), SyncReply.Done.class);
    }

    public void removeDirectory(SyncPath path) throws FileException {
        ask(new SyncRequest.RemoveDirectory(path), SyncReply.Done.class);
    }

    /**
     * Renames.
     *
     * @param replace whether what has the new name is replaced, or makes this fail with EEXIST
     */
    public void rename(SyncPath from, SyncPath to, boolean replace) throws FileException {
        ask(new SyncRequest.Rename(from, to, replace), SyncReply.Done.class);
    }

    public SyncReply.FileSystem statistics() throws FileException {
        return ask(new SyncRequest.GetFileSystem(), SyncReply.FileSystem.class);
    }

    /** For requests whose answer holds no view into the frame. */
    private <R extends SyncReply> R ask(SyncRequest request, Class<R> expected) throws FileException {
        try (Frame frame = connection.ask(request)) {
            return expect(frame, expected);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    static <R extends SyncReply> R expect(Frame frame, Class<R> expected) throws IOException, FileException {
        SyncReply reply = SyncReply.decode(frame);
        if (reply instanceof SyncReply.Failed(int errno)) {
            throw new FileException(errno);
        }
        if (!expected.isInstance(reply)) {
            throw new ProtocolException("an answer of another kind than asked for");
        }
        return expected.cast(reply);
    }

    /** A peer that breaks the protocol is not listened to any further. */
    private FileException lost(IOException why) {
        connection.lose(why);
        return new FileException(FileException.EIO);
    }

    @Override
    public void close() {
        connection.close();
    }
}
