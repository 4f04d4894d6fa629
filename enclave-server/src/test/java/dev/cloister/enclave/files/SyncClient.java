package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Attributes;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncReply.Failed;
import dev.cloister.protocol.sync.SyncReply.Listing;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.OpenDirectory;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadDirectory;
import dev.cloister.protocol.sync.SyncRequest.SetAttributes;
import dev.cloister.protocol.sync.SyncRequest.SetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.Write;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A client that asks one thing at a time. */
final class SyncClient implements AutoCloseable {
    static final OpenFlags READ = new OpenFlags(true, false, false, false, false, false);
    static final OpenFlags WRITE = new OpenFlags(false, true, false, false, false, false);
    static final OpenFlags READ_WRITE = new OpenFlags(true, true, false, false, false, false);
    static final OpenFlags CREATE = new OpenFlags(true, true, false, true, false, false);
    static final OpenFlags CREATE_NEW = new OpenFlags(true, true, false, true, true, false);
    static final OpenFlags TRUNCATE = new OpenFlags(true, true, false, false, false, true);
    static final OpenFlags APPEND = new OpenFlags(false, true, true, false, false, false);

    private static final BufferPool POOL = new BufferPool(Sync.MAX_BODY);

    private final FrameConnection connection;
    private int requestId;

    private SyncClient(FrameConnection connection) {
        this.connection = connection;
    }

    static SyncClient greeted(Channel channel) throws IOException {
        FrameConnection connection = new FrameConnection(channel, Sync.MAX_BODY, POOL);
        Hello.greet(connection, Hello.Service.SYNC, Sync.VERSION);
        return new SyncClient(connection);
    }

    FrameConnection connection() {
        return connection;
    }

    SyncReply ask(SyncRequest request) throws IOException {
        requestId++;
        connection.send(requestId, request);
        try (Frame frame = Objects.requireNonNull(connection.receive(), "the service has ended the connection")) {
            assertThat(frame.requestId()).isEqualTo(requestId);
            SyncReply reply = SyncReply.decode(frame);
            return reply instanceof Data(ByteBuffer content) ? new Data(copy(content)) : reply;
        }
    }

    private static ByteBuffer copy(ByteBuffer content) {
        return ByteBuffer.allocate(content.remaining()).put(content).flip();
    }

    /** The error number, or 0 when it succeeded. */
    int errno(SyncRequest request) throws IOException {
        return ask(request) instanceof Failed(int errno) ? errno : 0;
    }

    void done(SyncRequest request) throws IOException {
        assertThat(ask(request)).isEqualTo(new SyncReply.Done());
    }

    FileAttributes attributes(String path) throws IOException {
        return attributes(new GetAttributes(SyncPath.of(path)));
    }

    FileAttributes attributes(SyncRequest request) throws IOException {
        SyncReply reply = ask(request);
        assertThat(reply).isInstanceOf(Attributes.class);
        return ((Attributes) reply).attributes();
    }

    long open(String path, OpenFlags flags) throws IOException {
        return open(new Open(SyncPath.of(path), flags, 0644));
    }

    long openDirectory(String path) throws IOException {
        return open(new OpenDirectory(SyncPath.of(path)));
    }

    long open(SyncRequest request) throws IOException {
        SyncReply reply = ask(request);
        assertThat(reply).isInstanceOf(Opened.class);
        return ((Opened) reply).handle();
    }

    void write(long handle, long offset, String text) throws IOException {
        done(new Write(handle, offset, bytes(text)));
    }

    String read(long handle, long offset, int length) throws IOException {
        SyncReply reply = ask(new Read(handle, offset, length));
        assertThat(reply).isInstanceOf(Data.class);
        return StandardCharsets.UTF_8.decode(((Data) reply).content()).toString();
    }

    /** Makes a file with this content. */
    void put(String path, String text) throws IOException {
        long handle = open(path, CREATE);
        write(handle, 0, text);
        done(new Close(handle));
    }

    String get(String path) throws IOException {
        long handle = open(path, READ);
        String text = read(handle, 0, Sync.MAX_DATA);
        done(new Close(handle));
        return text;
    }

    List<Listing> pages(String path) throws IOException {
        long handle = openDirectory(path);
        List<Listing> pages = new ArrayList<>();
        long cookie = 0;
        do {
            SyncReply reply = ask(new ReadDirectory(handle, cookie));
            assertThat(reply).isInstanceOf(Listing.class);
            pages.add((Listing) reply);
            cookie = pages.getLast().next();
        } while (!pages.getLast().isLast());
        done(new Close(handle));
        return pages;
    }

    List<String> names(String path) throws IOException {
        return pages(path).stream()
                .flatMap(page -> page.entries().stream())
                .map(DirectoryEntry::path)
                .map(SyncPath::toString)
                .toList();
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static SetAttributes permissions(String path, int permissions) throws IOException {
        return new SetAttributes(SyncPath.of(path), Changes.ofPermissions(permissions));
    }

    static SetAttributes size(String path, long size) throws IOException {
        return new SetAttributes(SyncPath.of(path), Changes.ofSize(size));
    }

    static SetHandleAttributes size(long handle, long size) {
        return new SetHandleAttributes(handle, Changes.ofSize(size));
    }

    static SetAttributes modified(String path, Timestamp modified) throws IOException {
        return new SetAttributes(
                SyncPath.of(path), Changes.ofTimes(Optional.empty(), Optional.of(new SetTime.At(modified))));
    }

    static SetAttributes owner(String path, int uid, int gid) throws IOException {
        return new SetAttributes(SyncPath.of(path), Changes.ofOwner(Optional.of(uid), Optional.of(gid)));
    }

    static AttributeName attribute(String name) throws IOException {
        return AttributeName.of(name.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        connection.close();
    }
}
