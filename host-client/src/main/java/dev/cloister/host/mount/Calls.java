package dev.cloister.host.mount;

import jnr.ffi.annotations.Delegate;

/** The shapes of libfuse's callbacks, with addresses and sizes as plain numbers; the names spell the arguments. */
public final class Calls {
    private Calls() {}

    public interface L {
        @Delegate
        int call(long a);
    }

    public interface LL {
        @Delegate
        int call(long a, long b);
    }

    public interface LLL {
        @Delegate
        int call(long a, long b, long c);
    }

    public interface LLLL {
        @Delegate
        int call(long a, long b, long c, long d);
    }

    public interface LLLLI {
        @Delegate
        int call(long a, long b, long c, long d, int e);
    }

    public interface LLLLL {
        @Delegate
        int call(long a, long b, long c, long d, long e);
    }

    public interface LI {
        @Delegate
        int call(long a, int b);
    }

    public interface LILLL {
        @Delegate
        int call(long a, int b, long c, long d, long e);
    }

    public interface LII {
        @Delegate
        int call(long a, int b, int c);
    }

    public interface LIL {
        @Delegate
        int call(long a, int b, long c);
    }
}
