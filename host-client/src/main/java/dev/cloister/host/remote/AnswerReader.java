package dev.cloister.host.remote;

/**
 * Marks threads that call {@link RemoteFileSystem#readAnswers} after each of their own requests. Others stay and read
 * what is urgent before they go on.
 */
public interface AnswerReader {}
