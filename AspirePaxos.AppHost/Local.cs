using AspirePaxos.Launcher;

Console.WriteLine("Host: the launcher (Aspire's packages are not here). With Aspire and its dashboard: dotnet run --project AspirePaxos.AppHost -p:UseAspire=true");
return await LauncherProgram.RunAsync(args);
