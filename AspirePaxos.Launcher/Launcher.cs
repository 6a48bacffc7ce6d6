namespace AspirePaxos.Launcher;
