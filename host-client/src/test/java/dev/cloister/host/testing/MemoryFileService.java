package dev.cloister.host.testing;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.sync.Changes;
import dev.cloister.protocol.sync.DirectoryEntry;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.OpenFlags;
import dev.cloister.protocol.sync.SetTime;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A file service with a tree in memory, at a folder of unix sockets. It answers requests in any order. */
public final class MemoryFileService implements AutoCloseable {
    static final int MAX_FILE = 256 << 20;
    static final int ENOENT = 2;
    static final int EBADF = 9;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int ENOSPC = 28;
    static final int ENOTEMPTY = 39;
    static final int EOPNOTSUPP = 95;
    /** Type of a request to write. */
    private static final int WRITE = 24;

    private final Listener listener;
    private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private final MemoryNode root = new MemoryNode(FileKind.DIRECTORY, 0755);
    private final Map<Long, Handle> handles = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();

    private record Handle(MemoryNode node, boolean append, List<DirectoryEntry> entries) {}

    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final int errno;

        Refused(int errno) {
            this.errno = errno;
        }
    }

    private MemoryFileService(Listener listener) {
        this.listener = listener;
    }

    /** Starts at {@code enclave-5000.sock} in a folder. */
    public static MemoryFileService start(Path folder) throws IOException {
        MemoryFileService service = new MemoryFileService(
                Channels.listen(new EnclaveAddress.Folder(folder).enclavePort(Address.SYNC_PORT)));
        Thread.ofPlatform().daemon().start(service::accept);
        return service;
    }

    /** Files and directories that clients have open. */
    public int openHandles() {
        return handles.size();
    }

    /** Puts a file into the tree behind the clients' backs, as an application in the enclave does. */
    public synchronized void put(String name, byte[] content) throws Exception {
        MemoryNode file = root.children.computeIfAbsent(name, _ -> new MemoryNode(FileKind.FILE, 0644));
        file.resize(0);
        file.resize(content.length);
        System.arraycopy(content, 0, file.data, 0, content.length);
    }

    /** The content of a file in the root, as an application in the enclave sees it. */
    public synchronized byte[] get(String name) {
        MemoryNode file = root.children.get(name);
        return file == null ? new byte[0] : java.util.Arrays.copyOf(file.data, file.size);
    }

    /** Ends every connection and all answers, as an enclave does that is terminated. */
    @Override
    public void close() {
        listener.close();
        channels.forEach(Channel::close);
        workers.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                Channel channel = listener.accept();
                channels.add(channel);
                Thread.ofPlatform().daemon().start(() -> serve(channel));
            }
        } catch (IOException closed) {
            // The service has ended.
        }
    }

    private void serve(Channel channel) {
        try (FrameConnection connection = new FrameConnection(channel, Sync.MAX_BODY, new BufferPool(Sync.MAX_BODY))) {
            Hello.answer(connection, Hello.Service.SYNC, Sync.VERSION);
            while (true) {
                Frame frame = connection.receive();
                if (frame == null) {
                    return;
                }
                if (frame.type() == WRITE) {
                    // What comes after a write is carried out after it.
                    answer(connection, frame);
                } else {
                    workers.execute(() -> answer(connection, frame));
                }
            }
        } catch (IOException | RuntimeException gone) {
            // So is the client's connection.
        }
    }

    private void answer(FrameConnection connection, Frame frame) {
        try (frame) {
            connection.send(frame.requestId(), reply(SyncRequest.decode(frame)));
        } catch (IOException gone) {
            connection.close();
        }
    }

    private synchronized SyncReply reply(SyncRequest request) {
        try {
            return handle(request);
        } catch (Refused e) {
            return new SyncReply.Failed(e.errno);
        }
    }

    private SyncReply handle(SyncRequest request) throws Refused {
        return switch (request) {
            case SyncRequest.GetAttributes r ->
                new SyncReply.Attributes(find(r.path()).attributes());
            case SyncRequest.GetHandleAttributes r ->
                new SyncReply.Attributes(open(r.handle()).node.attributes());
            case SyncRequest.SetAttributes r -> change(find(r.path()), r.changes());
            case SyncRequest.SetHandleAttributes r -> change(open(r.handle()).node, r.changes());
            case SyncRequest.Open r -> openFile(r.path(), r.flags(), r.permissions());
            case SyncRequest.OpenDirectory r -> openDirectory(r.path());
            case SyncRequest.ReadDirectory r -> list(open(r.handle()).entries, (int) r.cookie());
            case SyncRequest.Read r -> read(open(r.handle()).node, r);
            case SyncRequest.Write r -> write(open(r.handle()), r);
            case SyncRequest.Synchronize r -> done(open(r.handle()));
            case SyncRequest.Close r -> done(handles.remove(r.handle()));
            case SyncRequest.MakeDirectory r -> {
                MemoryNode made = new MemoryNode(FileKind.DIRECTORY, r.permissions());
                add(r.path(), made);
                yield new SyncReply.Attributes(made.attributes());
            }
            case SyncRequest.MakeSymbolicLink r -> {
                MemoryNode link = new MemoryNode(FileKind.SYMBOLIC_LINK, 0777);
                link.target = r.target();
                add(r.path(), link);
                yield new SyncReply.Done();
            }
            case SyncRequest.MakeLink r -> {
                MemoryNode node = find(r.existing());
                add(r.path(), node);
                node.links++;
                yield new SyncReply.Done();
            }
            case SyncRequest.ReadLink r -> new SyncReply.LinkTarget(find(r.path()).target);
            case SyncRequest.RemoveFile r -> remove(r.path(), false);
            case SyncRequest.RemoveDirectory r -> remove(r.path(), true);
            case SyncRequest.Rename r -> rename(r);
            // As a file system does that has no such thing; the real service is put to the test in other modules.
            case SyncRequest.Allocate _,
                    SyncRequest.Seek _,
                    SyncRequest.GetExtendedAttribute _,
                    SyncRequest.SetExtendedAttribute _,
                    SyncRequest.ListExtendedAttributes _,
                    SyncRequest.RemoveExtendedAttribute _ -> throw new Refused(EOPNOTSUPP);
            case SyncRequest.GetFileSystem r -> new SyncReply.FileSystem(4096, 1000, 500, 100, 50);
        };
    }

    private static SyncReply done(@Nullable Object ignored) {
        return new SyncReply.Done();
    }

    private Handle open(long handle) throws Refused {
        Handle open = handles.get(handle);
        if (open == null) {
            throw new Refused(EBADF);
        }
        return open;
    }

    private SyncReply change(MemoryNode node, Changes changes) throws Refused {
        node.permissions = changes.permissions().orElse(node.permissions);
        node.uid = changes.uid().orElse(node.uid);
        node.gid = changes.gid().orElse(node.gid);
        if (changes.size().isPresent()) {
            node.resize(changes.size().get());
        }
        node.accessed = changes.accessed().map(MemoryFileService::time).orElse(node.accessed);
        node.modified = changes.modified().map(MemoryFileService::time).orElse(node.modified);
        return new SyncReply.Attributes(node.attributes());
    }

    private static Timestamp time(SetTime time) {
        return switch (time) {
            case SetTime.At(Timestamp at) -> at;
            case SetTime.Now _ -> MemoryNode.now();
        };
    }

    private SyncReply openFile(SyncPath path, OpenFlags flags, int permissions) throws Refused {
        MemoryNode parent = parent(path);
        MemoryNode node = parent.children.get(last(path));
        if (node == null) {
            if (!flags.create()) {
                throw new Refused(ENOENT);
            }
            node = new MemoryNode(FileKind.FILE, permissions);
            parent.children.put(last(path), node);
        } else if (flags.exclusive()) {
            throw new Refused(EEXIST);
        } else if (node.kind == FileKind.DIRECTORY) {
            throw new Refused(EISDIR);
        }
        if (flags.truncate()) {
            node.resize(0);
        }
        return opened(new Handle(node, flags.append(), List.of()));
    }

    private SyncReply openDirectory(SyncPath path) throws Refused {
        MemoryNode node = find(path);
        List<DirectoryEntry> entries = new ArrayList<>();
        for (Map.Entry<String, MemoryNode> child : node.children.entrySet()) {
            try {
                SyncPath name = SyncPath.of(child.getKey().getBytes(StandardCharsets.ISO_8859_1));
                entries.add(new DirectoryEntry(name, child.getValue().attributes()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return opened(new Handle(node, false, entries));
    }

    private SyncReply opened(Handle handle) {
        long number = lastHandle.incrementAndGet();
        handles.put(number, handle);
        return new SyncReply.Opened(number, handle.node.attributes(), -1);
    }

    private static SyncReply list(List<DirectoryEntry> entries, int cookie) {
        int end = cookie;
        for (int bytes = 0; end < entries.size(); end++) {
            bytes += entries.get(end).encodedSize();
            if (bytes > Sync.MAX_LISTING) {
                break;
            }
        }
        return new SyncReply.Listing(entries.subList(cookie, end), end, end == entries.size());
    }

    private static SyncReply read(MemoryNode node, SyncRequest.Read r) {
        int start = (int) Math.min(r.offset(), node.size);
        return new SyncReply.Data(ByteBuffer.wrap(node.data, start, Math.min(r.length(), node.size - start)));
    }

    private static SyncReply write(Handle handle, SyncRequest.Write r) throws Refused {
        MemoryNode node = handle.node;
        long offset = handle.append ? node.size : r.offset();
        int length = r.content().remaining();
        node.resize(Math.max(node.size, offset + length));
        r.content().get(node.data, (int) offset, length);
        return new SyncReply.Done();
    }

    private SyncReply remove(SyncPath path, boolean directory) throws Refused {
        MemoryNode node = find(path);
        if (directory != (node.kind == FileKind.DIRECTORY)) {
            throw new Refused(directory ? ENOTDIR : EISDIR);
        }
        if (!node.children.isEmpty()) {
            throw new Refused(ENOTEMPTY);
        }
        parent(path).children.remove(last(path));
        node.links--;
        return new SyncReply.Done();
    }

    private SyncReply rename(SyncRequest.Rename r) throws Refused {
        MemoryNode node = find(r.from());
        MemoryNode target = parent(r.to()).children.get(last(r.to()));
        if (target != null && !target.children.isEmpty()) {
            throw new Refused(ENOTEMPTY);
        }
        if (target != null) {
            target.links--;
        }
        parent(r.from()).children.remove(last(r.from()));
        parent(r.to()).children.put(last(r.to()), node);
        return new SyncReply.Done();
    }

    private void add(SyncPath path, MemoryNode node) throws Refused {
        if (parent(path).children.putIfAbsent(last(path), node) != null) {
            throw new Refused(EEXIST);
        }
    }

    private MemoryNode parent(SyncPath path) throws Refused {
        if (path.isRoot()) {
            throw new Refused(EINVAL);
        }
        return walk(path, path.names().size() - 1);
    }

    private MemoryNode find(SyncPath path) throws Refused {
        return walk(path, path.names().size());
    }

    private MemoryNode walk(SyncPath path, int depth) throws Refused {
        MemoryNode node = root;
        for (byte[] name : path.names().subList(0, depth)) {
            if (node.kind != FileKind.DIRECTORY) {
                throw new Refused(ENOTDIR);
            }
            node = node.children.get(new String(name, StandardCharsets.ISO_8859_1));
            if (node == null) {
                throw new Refused(ENOENT);
            }
        }
        return node;
    }

    private static String last(SyncPath path) {
        return new String(path.names().getLast(), StandardCharsets.ISO_8859_1);
    }
}
