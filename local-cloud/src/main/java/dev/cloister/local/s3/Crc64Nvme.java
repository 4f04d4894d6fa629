package dev.cloister.local.s3;

import java.util.zip.Checksum;

/** CRC-64/NVME: reflected, polynomial AD93D23594C93659, all bits inverted at both ends; of "123456789" AE8B14860A799888. */
final class Crc64Nvme implements Checksum {
    private static final long REFLECTED = Long.reverse(0xAD93D23594C93659L);
    private static final long[] TABLE = new long[256];

    static {
        for (int i = 0; i < TABLE.length; i++) {
            long value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) == 0 ? value >>> 1 : (value >>> 1) ^ REFLECTED;
            }
            TABLE[i] = value;
        }
    }

    private long state = -1;

    @Override
    public void update(int b) {
        state = TABLE[(int) (state ^ b) & 0xff] ^ (state >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            update(bytes[i]);
        }
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = -1;
    }
}
