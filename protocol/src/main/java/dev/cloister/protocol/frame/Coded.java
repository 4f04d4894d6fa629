package dev.cloister.protocol.frame;

/** A value of an enumeration as it travels: its number is part of the protocol, its place in the source is not. */
public interface Coded {
    /** 0..255. */
    int code();
}
