package dev.cloister.host.remote;

import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves file data without anyone waiting in a call. Writes run ahead of their answers as far as
 * {@link #MAX_UNANSWERED} allows; the service carries out everything that comes after a write after it, so only their
 * errors are late, and {@link PendingWrites} keeps those.
 */
public final class FileData {
    /** Bytes of writes that were acknowledged and not answered, of all files together. */
    private static final long MAX_UNANSWERED = 4 << 20;
    /** As many short answers certainly fit into a socket while nobody reads them. */
    private static final int MAX_UNREAD = 64;

    private final SyncConnection connection;
    private final Map<Long, PendingWrites> writes = new ConcurrentHashMap<>();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicInteger unread = new AtomicInteger();
    private volatile Runnable onFailedWrite = () -> {};

    FileData(SyncConnection connection) {
        this.connection = connection;
    }

    /** Has something run whenever a write fails, also one that was acknowledged before. */
    public void onFailedWrite(Runnable action) {
        onFailedWrite = action;
    }

    /** Reads {@code length} bytes, fewer only at the end of the file. */
    public void read(long handle, long offset, int length, DataTaker taker) {
        try {
            connection.send(new SyncRequest.Read(handle, offset, length), new ReadAnswer(length, taker));
        } catch (IOException e) {
            taker.failed(FileException.EIO);
        }
    }

    /**
     * Writes all of the data, which are no longer looked at when this returns.
     *
     * @param runsAhead whether the end may be told before the answer has come; an error is then told later
     */
    public void write(long handle, long offset, ByteBuffer data, boolean runsAhead, Completion completion) {
        PendingWrites file = writes.computeIfAbsent(handle, _ -> new PendingWrites());
        int error = file.takeError();
        if (error != 0) {
            completion.ended(error);
            return;
        }
        int size = data.remaining();
        boolean isAhead = runsAhead && mayRunAhead(size);
        SyncRequest request = new SyncRequest.Write(handle, offset, data);
        try {
            if (isAhead) {
                file.sent();
                connection.send(request, new DoneAnswer(false, errno -> {
                    countAnswer(size);
                    file.answered(noted(errno));
                }));
                completion.ended(0);
            } else {
                connection.send(request, new DoneAnswer(true, errno -> completion.ended(noted(errno))));
            }
        } catch (IOException e) {
            if (isAhead) {
                countAnswer(size);
                file.answered(0);
            }
            completion.ended(FileException.EIO);
        }
    }

    private int noted(int errno) {
        if (errno != 0) {
            onFailedWrite.run();
        }
        return errno;
    }

    /** Counts a write that is to run ahead, unless there are too many. */
    private boolean mayRunAhead(int size) {
        if (!hasRoomForAnswer()) {
            return false;
        }
        if (unanswered.addAndGet(size) > MAX_UNANSWERED) {
            unanswered.addAndGet(-size);
            return false;
        }
        unread.incrementAndGet();
        return true;
    }

    private void countAnswer(int size) {
        unread.decrementAndGet();
        unanswered.addAndGet(-size);
    }

    private boolean hasRoomForAnswer() {
        if (unread.get() >= MAX_UNREAD) {
            connection.readArrived();
        }
        return unread.get() < MAX_UNREAD;
    }

    /** Ends when every write to the file has been answered, with the error that a close has to report. */
    public void settle(long handle, Completion completion) {
        PendingWrites file = writes.get(handle);
        if (file == null) {
            completion.ended(0);
            return;
        }
        whenSettled(file, () -> completion.ended(file.takeErrorForClose()));
    }

    /** Ends when the file is stored, with the error of that or of a write before it. */
    public void synchronize(long handle, boolean dataOnly, Completion completion) {
        PendingWrites file = writes.computeIfAbsent(handle, _ -> new PendingWrites());
        try {
            connection.send(
                    new SyncRequest.Synchronize(handle, dataOnly),
                    new DoneAnswer(
                            true,
                            errno -> whenSettled(file, () -> {
                                int earlier = file.takeError();
                                completion.ended(earlier != 0 ? earlier : errno);
                            })));
        } catch (IOException e) {
            completion.ended(FileException.EIO);
        }
    }

    private void whenSettled(PendingWrites file, Runnable action) {
        connection.hurry();
        boolean waits = file.runWhenSettled(() -> {
            connection.calm();
            action.run();
        });
        if (!waits) {
            connection.calm();
            action.run();
        }
    }

    /** Gives a handle back, without waiting; nothing is left to fail, because what was written has been settled. */
    void close(long handle) throws IOException {
        writes.remove(handle);
        boolean isUrgent = !hasRoomForAnswer();
        unread.incrementAndGet();
        try {
            connection.send(new SyncRequest.Close(handle), new DoneAnswer(isUrgent, _ -> unread.decrementAndGet()));
        } catch (IOException e) {
            unread.decrementAndGet();
            throw e;
        }
    }

    /** An answer without content. */
    private final class DoneAnswer implements Answer {
        private final boolean urgent;
        private final Completion completion;

        DoneAnswer(boolean urgent, Completion completion) {
            this.urgent = urgent;
            this.completion = completion;
        }

        @Override
        public void arrived(Frame frame) {
            int errno = 0;
            try (frame) {
                RemoteFileSystem.expect(frame, SyncReply.Done.class);
            } catch (FileException e) {
                errno = e.errno();
            } catch (IOException e) {
                connection.lose(e);
                errno = FileException.EIO;
            }
            completion.ended(errno);
        }

        @Override
        public void lost(IOException why) {
            completion.ended(FileException.EIO);
        }

        @Override
        public boolean isUrgent() {
            return urgent;
        }
    }

    private final class ReadAnswer implements Answer {
        private final int length;
        private final DataTaker taker;

        ReadAnswer(int length, DataTaker taker) {
            this.length = length;
            this.taker = taker;
        }

        @Override
        public void arrived(Frame frame) {
            try (frame) {
                ByteBuffer content =
                        RemoteFileSystem.expect(frame, SyncReply.Data.class).content();
                if (content.remaining() > length) {
                    throw new ProtocolException("more file data than was asked for");
                }
                taker.read(content);
            } catch (FileException e) {
                taker.failed(e.errno());
            } catch (IOException e) {
                connection.lose(e);
                taker.failed(FileException.EIO);
            }
        }

        @Override
        public void lost(IOException why) {
            taker.failed(FileException.EIO);
        }

        @Override
        public boolean isUrgent() {
            return true;
        }
    }
}
